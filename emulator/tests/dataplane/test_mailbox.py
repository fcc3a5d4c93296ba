"""Topic to mailbox: one file a mail, readable by any mail program."""

import email
import email.policy
import json

import pytest

from emulator.tests.resources import Deployer, eventually

pytestmark = pytest.mark.local


def test_every_subscriber_gets_a_mail(deployer: Deployer) -> None:
    sns = deployer.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    for address in ("one@example.com", "two@example.com"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    sns.publish(TopicArn=topic, Subject="Suspicious: 12.50 €", Message="First line\nTransaction: t-1\n")

    folder = deployer.directory / "mail"
    index = folder / "index.jsonl"

    def entries() -> list[dict[str, str]]:
        lines = index.read_text().splitlines() if index.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["topic_arn"] == topic]

    found = eventually(lambda: len(seen := entries()) == 2 and seen)
    assert sorted(entry["to"] for entry in found) == ["one@example.com", "two@example.com"]
    for entry in found:
        assert entry["subject"] == "Suspicious: 12.50 €"
        raw = (folder / entry["file"]).read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert (message["To"], message["Subject"]) == (entry["to"], "Suspicious: 12.50 €")
        assert message.get_content().splitlines() == ["First line", "Transaction: t-1"]
        assert entry["file"].endswith("-suspicious-12-50.eml")
