"""``make supply-chain``: bills of materials, known vulnerabilities, and secrets in tracked files."""

import sys
from pathlib import Path

from tools.audit.supply_chain import vulnerabilities
from tools.audit.supply_chain.sbom import bills
from tools.audit.supply_chain.secrets import secrets_in, tracked_files
from tools.deploy.project import ROOT
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

FOLDER = ROOT / "build" / "sbom"


def main() -> int:
    """Write the bills of materials, look up the lock's packages, and look for secrets."""
    parser = Parser(prog="python -m tools.audit.supply_chain", description=main.__doc__)
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="folder for the bills of materials (default: build/sbom)"
    )
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, bill in bills("dev"):
        path = folder / f"{name}.cdx.json"
        path.write_text(bill, encoding="utf-8")
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    secrets = list(secrets_in(tracked_files()))
    print("\n".join(secrets) or "no secrets in tracked files")
    known = vulnerabilities.findings()
    if known.not_known:
        print(f"vulnerabilities: not known, {known.not_known}")
    else:
        print("\n".join(known.vulnerable) or f"no known vulnerability in {known.looked_up} packages")
    return 1 if secrets or known.vulnerable else 0


if __name__ == "__main__":
    sys.exit(ended("supply-chain", main, on_interrupt=NOTHING_CHANGED))
