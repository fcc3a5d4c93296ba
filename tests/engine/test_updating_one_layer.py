"""One owner updates one layer: nothing else moves, and contracts change by adding first and removing last."""

from collections.abc import Mapping

import pytest

from tests.engine.stack_state import StackState
from tests.engine.world import ORDER, World

FUNCTION = "aws:lambda/function:Function"

OLD_TOPIC, NEW_TOPIC = "operations-alarms-topic", "operator-alarms-topic"
NEW_TOPIC_BESIDE_THE_OLD = (
    ("shared/infra/stems.py", f'OPERATIONS_ALARMS = "{OLD_TOPIC}"', f'OPERATOR_ALARMS = "{NEW_TOPIC}"'),
    (
        "shared/infra/contracts.py",
        "    operations_alarms_topic_arn: Annotated[",
        '    operator_alarms_topic_arn: Annotated[Text, Export("Mails operators.", readers=(ALERTING,))]',
    ),
    (
        "stacks/data/topics.py",
        "    operations_alarms: aws.sns.Topic",
        "    operator_alarms: aws.sns.Topic",
    ),
    (
        "stacks/data/topics.py",
        "    # The notifier may publish to the fraud alerts by the policy of its own role.",
        """\
    operator_alarms = _topic(stems.OPERATOR_ALARMS, "Fraud pipeline alarms", arns, key_arn, opts)
    _policy(
        stems.OPERATOR_ALARMS, operator_alarms, [_alarms_publish(arns, operator_alarms.arn)], arns, opts
    )""",
    ),
    (
        "stacks/data/program.py",
        "        operations_alarms_topic_arn=people.operations_alarms.arn,",
        "        operator_alarms_topic_arn=people.operator_alarms.arn,",
    ),
)
"""File, a line that stands in it once, and what is added before that line."""
OLD_TOPIC_REMOVED = (
    ("shared/infra/stems.py", f'OPERATIONS_ALARMS = "{OLD_TOPIC}"\n', ""),
    ("stacks/data/topics.py", "    operations_alarms: aws.sns.Topic\n", ""),
    (
        "stacks/data/topics.py",
        """\
    operations_alarms = _topic(stems.OPERATIONS_ALARMS, "Fraud pipeline alarms", arns, key_arn, opts)
""",
        "",
    ),
    (
        "stacks/data/topics.py",
        """\
    _policy(
        stems.OPERATIONS_ALARMS, operations_alarms, [_alarms_publish(arns, operations_alarms.arn)], arns, opts
    )
""",
        "",
    ),
    (
        "stacks/data/topics.py",
        "return Topics(fraud_alerts, operator_alarms, operations_alarms)",
        "return Topics(fraud_alerts, operator_alarms)",
    ),
    ("stacks/data/program.py", "        operations_alarms_topic_arn=people.operations_alarms.arn,\n", ""),
)


@pytest.fixture
def before(deployed: World) -> Mapping[str, StackState]:
    states = deployed.states()
    assert set(states) == set(ORDER)
    return states


def test_a_changed_setting_of_compute_changes_its_functions_and_nothing_else(
    deployed: World, before: Mapping[str, StackState]
) -> None:
    functions = {
        urn.rpartition("::")[2]
        for urn, each in before["compute"].resources.items()
        if each["type"] == FUNCTION
    }
    assert len(functions) >= 2
    deployed.set("compute", "log_level", "DEBUG")
    assert deployed.preview("compute") == dict.fromkeys(functions, "update")

    deployed.make("deploy-compute").succeeded()

    after = deployed.states()
    assert changed(before, after) == {"compute": functions}
    assert after["compute"].ids == before["compute"].ids, "none was replaced"
    client = deployed.cloud.client("lambda")
    levels = {
        each["FunctionName"]: each["Environment"]["Variables"]["LOG_LEVEL"]
        for each in client.list_functions()["Functions"]
    }
    assert levels == {**dict.fromkeys(functions, "DEBUG"), "notifier-function-dev": "INFO"}


def test_an_export_is_added_first_and_consumed_then(
    deployed: World, before: Mapping[str, StackState]
) -> None:
    deployed.insert(
        "shared/infra/contracts.py",
        '    vpc_id: Annotated[Text, Export("The VPC.")]',
        '    vpc_cidr: Annotated[Text, Export("Addresses of the VPC.", readers=(ALERTING,))]',
    )
    deployed.insert(
        "stacks/network/program.py",
        "        vpc_id=network.vpc.id,",
        "        vpc_cidr=network.vpc.cidr_block,",
    )
    deployed.insert(
        "stacks/alerting/notifier.py",
        '                "ALERTS_TABLE": data.alerts_table_name,',
        '                "VPC_CIDR": network.vpc_cidr,',
    )

    too_early = deployed.make("deploy-alerting").refused()
    assert "stack dev of stacks/network lacks the output vpc_cidr" in too_early.err
    assert changed(before, deployed.states()) == {}

    calls = deployed.control_calls()
    deployed.follow(too_early).succeeded()
    assert deployed.control_calls() == calls, "an export alone touches no resource"
    assert deployed.outputs("network")["vpc_cidr"] == "10.20.0.0/16"

    deployed.make("deploy-alerting").succeeded()
    assert changed(before, deployed.states()) == {"alerting": {"notifier-function-dev"}}
    notifier = deployed.cloud.client("lambda").get_function_configuration(
        FunctionName="notifier-function-dev"
    )
    assert notifier["Environment"]["Variables"]["VPC_CIDR"] == "10.20.0.0/16"


def test_a_resource_is_renamed_by_adding_moving_and_removing(
    deployed: World, before: Mapping[str, StackState]
) -> None:
    def topics() -> set[str]:
        listed = deployed.cloud.client("sns").list_topics()["Topics"]
        return {each["TopicArn"].rpartition(":")[2] for each in listed}

    old, new = f"{OLD_TOPIC}-dev", f"{NEW_TOPIC}-dev"
    for file, line, added in NEW_TOPIC_BESIDE_THE_OLD:
        deployed.insert(file, line, added)
    returned = "return Topics(fraud_alerts, {}operations_alarms)"
    deployed.edit("stacks/data/topics.py", returned.format(""), returned.format("operator_alarms, "))
    assert deployed.preview("data") == {new: "create", f"{NEW_TOPIC}-policy-dev": "create"}
    deployed.make("deploy-data").succeeded()
    assert topics() >= {old, new}

    for file in ("stacks/alerting/alarms.py", "stacks/alerting/subscriptions.py"):
        deployed.edit(file, "data.operations_alarms_topic_arn", "data.operator_alarms_topic_arn")
    moving = deployed.preview("alerting")
    assert moving.pop(subscription(moving)) == "replace", "a subscription belongs to its topic"
    assert set(moving.values()) == {"update"}
    assert set(moving) == set(before["alerting"].outputs["alarm_names"])
    deployed.make("deploy-alerting").succeeded()

    for file, text, rest in OLD_TOPIC_REMOVED:
        deployed.edit(file, text, rest)
    contracts = (deployed.project / "shared/infra/contracts.py").read_text("utf-8")
    start = contracts.index("    operations_alarms_topic_arn: Annotated[")
    field = contracts[start : contracts.index("\n    ]\n", start) + len("\n    ]\n")]
    deployed.edit("shared/infra/contracts.py", field, "")
    deployed.edit("stacks/network/encryption.py", "stems.OPERATIONS_ALARMS", "stems.OPERATOR_ALARMS")
    assert deployed.preview("data") == {old: "delete", f"{OLD_TOPIC}-policy-dev": "delete"}
    deployed.make("deploy-data").succeeded()

    assert new in topics()
    assert old not in topics()
    assert deployed.preview("alerting") == {}, "nobody needs the old one"
    assert changed(before, deployed.states()).keys() == {"data", "alerting"}
    assert deployed.orphans() == []


def subscription(changes: Mapping[str, str]) -> str:
    (name,) = (each for each in changes if each.startswith("operators-subscription-"))
    return name


def changed(before: Mapping[str, StackState], after: Mapping[str, StackState]) -> dict[str, set[str]]:
    """Names of the real resources that differ or are there once only, by layer, where there are any."""
    assert set(before) == set(after)
    found = {}
    for layer, state in before.items():
        old, new = state.content, after[layer].content
        urns = (state.resources.keys() | after[layer].resources.keys()) & (old.keys() | new.keys())
        found[layer] = {urn.rpartition("::")[2] for urn in urns if old.get(urn) != new.get(urn)}
    return {layer: names for layer, names in found.items() if names}
