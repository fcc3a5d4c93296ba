"""AWS's own grammar of policies, by parliament, with what it gets wrong."""

import re
from collections.abc import Iterator, Mapping

from tests.policy.checks.iam import Document, documents
from tests.policy.checks.registry import check
from tests.support import policy_lint
from tests.support.recorded import Estate

FALSE_FINDINGS: Mapping[str, str] = {
    r"RESOURCE_MISMATCH: \[\{'action': 'dynamodb:[A-Za-z]+', "
    r"'required_format': 'arn:\*:dynamodb:\*:\*:table/\*/stream/\*'\}"
    r"(, \{'action': 'dynamodb:[A-Za-z]+', 'required_format': '[^']*'\})*\]": (
        "parliament's pattern of a stream ARN does not match the colons of the stream's time stamp"
    ),
    r"UNKNOWN_CONDITION_FOR_ACTION: .*lambda:SourceFunctionArn.*": (
        "a key of every call that a function's code makes; AWS documents this Deny"
    ),
    r"RESOURCE_MISMATCH: \[(\{'action': 'kms:[A-Za-z]+Alias', "
    r"'required_format': 'arn:\*:kms:\*:\*:alias/\*'\}(, )?)+\]": (
        "AWS asks for these on the alias and, by the key's own policy, on the key"
    ),
    r"MISMATCHED_TYPE: Type mismatch: ArnEquals requires a value of type Arn but given String": (
        "AWS's own key policies compare kms:EncryptionContext:aws:logs:arn as an ARN"
    ),
    r"UNKNOWN_CONDITION_FOR_ACTION: .*kms:EncryptionContext:aws:logs:arn for action kms:DescribeKey": (
        "AWS's own key policy for CloudWatch Logs lists DescribeKey under this condition"
    ),
}
"""What parliament reports of correct statements, and why; anything else it says is a violation."""


@check
def policies_pass_parliament(estate: Estate) -> Iterator[str]:
    """parliament finds nothing in any policy, but for the listed false findings."""
    for document in documents(estate):
        for finding in _findings(document):
            if not any(re.fullmatch(pattern, finding) for pattern in FALSE_FINDINGS):
                yield f"{document}: {finding}"


def _findings(document: Document) -> list[str]:
    """parliament's findings; it knows identity policies alone, so the resource that others imply is added."""
    if document.kind not in {"trust", "key"}:
        return policy_lint.findings(document.content)
    itself = {"Resource": document.resource.arn}
    statements = [{**statement, **itself} for statement in document.statements]
    return policy_lint.findings({**document.content, "Statement": statements})


def false_findings_that_occur(estate: Estate) -> set[str]:
    """Which of the listed false findings parliament still reports."""
    reported = [finding for document in documents(estate) for finding in _findings(document)]
    return {pattern for pattern in FALSE_FINDINGS for finding in reported if re.fullmatch(pattern, finding)}
