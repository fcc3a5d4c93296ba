"""The IAM policies of who looks at alerts, decides, approves and audits: nobody writes a table."""

from typing import Final

from stacks.compute.functions.profiles.items import controls_key
from tools.analyst.desk.parts import WATCHED
from tools.analyst.records.place import Records
from tools.deploy.metric_lines import DRIFT_STREAM
from tools.deploy.outputs import Outputs
from tools.deploy.statements import Document, Statement, allow, allow_key, document, of_items
from tools.deploy.target import Target, execute_api_arn

_METHOD: Final = "PUT"
_RULES: Final = "rules#*"


def looks(outputs: Outputs) -> Document:
    """Return the policy of who runs `make alerts`, `account` and `audit`.

    Raises:
        OperatorError: An output is missing, or a URL names no API; so do all functions here.
    """
    return document(*_looking(Records.of(outputs)))


def decides(outputs: Outputs) -> Document:
    """Return the policy of who also runs `make desk`, `verdict`, `controls` and `rules`."""
    place, alarms = Records.of(outputs), outputs.values(WATCHED)["alarm_names"]
    start = f"arn:aws:cloudwatch:{place.region}:{place.account_id}:alarm:"
    return document(
        *_looking(place),
        _puts(place, "GiveVerdicts", place.verdicts_url),
        _puts(place, "SetListsAndSnoozes", place.controls_url),
        _puts(place, "PublishRules", place.rules_url),
        _reads_decisions(place),
        allow("SeeAlarms", ["cloudwatch:DescribeAlarms"], [f"{start}{name}" for name in alarms]),
    )


def approves(outputs: Outputs) -> Document:
    """Return the policy of the second person: looks, and runs `make approve`."""
    place = Records.of(outputs)
    return document(*_looking(place), _puts(place, "ApproveChanges", place.approvals_url))


def edits_lists(outputs: Outputs) -> Document:
    """Return the policy of who runs `make controls` for a named account or merchant alone."""
    place = Records.of(outputs)
    return document(
        _reads_items(place, controls_key("*")),
        _decrypts(place),
        _puts(place, "SetListsAndSnoozes", place.controls_url),
    )


def publishes_rules(outputs: Outputs) -> Document:
    """Return the policy of who runs `make rules`, and reads the payments that rules are tried on."""
    place = Records.of(outputs)
    return document(
        _reads_items(place, _RULES),
        *_reads_payments(place),
        _puts(place, "PublishRules", place.rules_url),
    )


def audits(outputs: Outputs) -> Document:
    """Return the policy of who runs `make audit`, and sees neither payments nor profiles."""
    place = Records.of(outputs)
    return document(
        _lists(place),
        allow("ReadEarlierVerdicts", ["dynamodb:GetItem"], [place.alerts_table_arn]),
        _decrypts(place),
    )


def watches_drift(outputs: Outputs) -> Document:
    """Return the policy of a job that runs `make stability PUBLISH=yes`: it reads payments, and counts."""
    place = Records.of(outputs)
    return document(
        _reads_items(place, _RULES),
        *_reads_payments(place),
        allow(
            "CountWhatShifted",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{Target.of(outputs).canary_log_group_arn}:log-stream:{DRIFT_STREAM}*"],
        ),
    )


def _looking(place: Records) -> list[Statement]:
    return [
        _lists(place),
        allow("FindTransactions", ["dynamodb:Query"], [place.transactions_table_arn]),
        allow("ReadRecords", ["dynamodb:GetItem"], [place.alerts_table_arn, place.profiles_table_arn]),
        _decrypts(place),
    ]


def _lists(place: Records) -> Statement:
    changes = f"{place.profiles_table_arn}/index/{place.profiles_index_name}"
    return allow("ListAlertsAndChanges", ["dynamodb:Query"], [_alerts_index(place), changes])


def _alerts_index(place: Records) -> str:
    return f"{place.alerts_table_arn}/index/{place.alerts_index_name}"


def _reads_items(place: Records, keys: str) -> Statement:
    return allow("ReadItems", ["dynamodb:GetItem"], [place.profiles_table_arn], of_items(keys))


def _reads_payments(place: Records) -> list[Statement]:
    """What `payments` asks for: the payments with their decisions, and the verdicts on them."""
    verdicts = allow("ReadVerdicts", ["dynamodb:Query"], [_alerts_index(place)])
    return [_reads_decisions(place), verdicts, _decrypts(place)]


def _reads_decisions(place: Records) -> Statement:
    return allow("ReadDecisions", ["dynamodb:Scan"], [place.transactions_table_arn])


def _decrypts(place: Records) -> Statement:
    return allow_key("ReadEncryptedItems", ["kms:Decrypt"], place.key_arn, "dynamodb")


def _puts(place: Records, sid: str, url: str) -> Statement:
    method = url.replace("{transaction_id}", "*")
    arn = execute_api_arn(method, _METHOD, region=place.region, account_id=place.account_id)
    return allow(sid, ["execute-api:Invoke"], [arn])
