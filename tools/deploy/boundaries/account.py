"""Compare, create, update and delete the boundaries in an account."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tools.deploy.boundaries.documents import Boundary

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

VERSIONS_OF_A_POLICY = 5
"""What AWS keeps of a managed policy ("IAM and AWS STS quotas")."""


class State(StrEnum):
    """State of a boundary in the account."""

    MISSING = "missing"
    DIFFERENT = "different"
    SAME = "as shipped"


def state_of(iam: "IAMClient", boundary: Boundary) -> State:
    """Return whether the boundary exists and equals the shipped document."""
    document = _document(iam, boundary.arn)
    if document is None:
        return State.MISSING
    return State.SAME if document == boundary.document else State.DIFFERENT


def states(iam: "IAMClient", wanted: Iterable[Boundary]) -> Mapping[str, State]:
    """Return the state of each boundary by name."""
    return {each.name: state_of(iam, each) for each in wanted}


def make(iam: "IAMClient", wanted: Iterable[Boundary]) -> Iterator[tuple[Boundary, State]]:
    """Create or update each boundary; yield it with its previous state."""
    for each in wanted:
        before = state_of(iam, each)
        if before is State.MISSING:
            iam.create_policy(
                PolicyName=each.name,
                PolicyDocument=each.text,
                Description=f"The maximum permissions of {each.role}, whatever its policies grant",
            )
        elif before is State.DIFFERENT:
            _forget_oldest(iam, each.arn)
            iam.create_policy_version(PolicyArn=each.arn, PolicyDocument=each.text, SetAsDefault=True)
        yield each, before


def remove(iam: "IAMClient", wanted: Iterable[Boundary]) -> Iterator[Boundary]:
    """Delete the existing boundaries; AWS refuses while a role uses one."""
    for each in wanted:
        if state_of(iam, each) is State.MISSING:
            continue
        for version in iam.list_policy_versions(PolicyArn=each.arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=each.arn, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=each.arn)
        yield each


def _document(iam: "IAMClient", arn: str) -> Mapping[str, Any] | None:
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    except iam.exceptions.NoSuchEntityException:
        return None
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    # boto3 parses the document, although its type stubs also declare text.
    return found if isinstance(found, dict) else None


def _forget_oldest(iam: "IAMClient", arn: str) -> None:
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    if len(versions) >= VERSIONS_OF_A_POLICY:
        oldest = min(
            (each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"]
        )
        iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
