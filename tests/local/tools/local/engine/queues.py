"""A queue as a program makes it, and the queues that there are."""

from emulator.provider.cloud import Cloud

QUEUE = """
queue = aws.sqs.Queue("{name}", name="{name}", visibility_timeout_seconds={timeout}, opts=options())
pulumi.export("url", queue.url)
"""


def queue_names(cloud: Cloud, prefix: str) -> list[str]:
    urls = cloud.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return sorted(url.rsplit("/", 1)[-1] for url in urls)
