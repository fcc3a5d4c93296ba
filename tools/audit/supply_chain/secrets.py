"""Keys, tokens and passwords in files that git tracks, by the detectors of detect-secrets.

Its guesses by entropy and by variable names are left out: hashes of the lock are as random as any key.
"""

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
