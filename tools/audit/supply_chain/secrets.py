"""Keys, tokens and passwords in files that git tracks, by the detectors of detect-secrets and a few more.

Its guesses by entropy and by variable names are left out: hashes of the lock are as random as any key.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from tools.deploy.project import ROOT

DETECTORS = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "StripeDetector",
    "TwilioKeyDetector",
)

OURS = {
    "Pulumi access token": re.compile(r"\bpul-[0-9a-f]{40}\b"),
    "GitHub fine-grained token": re.compile(r"\bgithub_pat_\w{22}_\w{59}\b"),
    "AWS session token": re.compile(r"\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[\w/+=]{100}"),
}
"""Kinds that this project's work hands out, and that detect-secrets does not know."""

EXAMPLES = frozenset({"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})
"""The keys that AWS's own documentation uses."""


def tracked_files() -> list[Path]:
    """Every file of the project that git tracks.

    Raises:
        subprocess.CalledProcessError: this is no work tree of git.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def secrets_in(files: Iterable[Path]) -> Iterator[str]:
    """`file:line: kind` of each secret; never the secret itself."""
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        for path in files:
            for found in scan_file(str(path)):
                if found.secret_value not in EXAMPLES:
                    yield f"{path}:{found.line_number}: {found.type}"
            for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
                yield from (f"{path}:{number}: {kind}" for kind, form in OURS.items() if form.search(line))
