"""What a command printed, without what differs from run to run: two runs of the same thing read the same.

Stand-ins take the place of ids, addresses, times and keys. Of the Pulumi CLI's progress only the ends of the
steps stay, sorted, for they run at the same time; and of a preview that is carried out at once only its sum.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

_STAND_INS = (
    (re.compile(r"\b(vpc|subnet|sg|sgr|rtb|rtbassoc|vpce|eni|pl)-[0-9a-f]{8,}\b"), r"\1-<id>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"/execute-api/[a-z0-9]+/"), "/execute-api/<api>/"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"), "<time>"),
    (re.compile(r"--user '[^']+'"), "--user '<key>:<secret>'"),
    (re.compile(r"\bKEY_ID=\S+ SECRET=\S+"), "KEY_ID=<key> SECRET=<secret>"),
    (re.compile(r"\bdone in \d+\.\d s\b"), "done in <n> s"),
    (re.compile(r"^Duration: .+$", re.MULTILINE), "Duration: <time>"),
    (re.compile(r" \(\d+(\.\d+)?m?s\)"), ""),
    (re.compile(r"\[Makefile:\d+: "), "[Makefile: "),
)
_NOISE = re.compile(
    r"^@ "  # dots that show that it is alive
    r"|^ {4}pulumi:pulumi:Stack \S+ +(running.*)?$"
    r"|^ [ +]  .*pulumi:pulumi:Stack \S+ .*\bwarning: "  # told again under Diagnostics
    r"|^ \S.*\b(creating|updating|deleting|replacing|importing|refreshing)( \[diff: .*\])? *$"
)
_RESOURCE = re.compile(r"^ ([+~=<>-]{1,2}) +[\w-]+:\S+ \S+ ")
_BEGINS = re.compile(r"^(Previewing|Updating|Destroying|Refreshing) .*:$")
_OUTPUTS = "Outputs:"


def stable(text: str) -> str:
    """Return the text with stand-ins, without noise and trailing spaces, in a stable order."""
    for pattern, stand_in in _STAND_INS:
        text = pattern.sub(stand_in, text)
    lines = (line.rstrip() for line in text.splitlines())
    kept = _sorted_steps(_summed_previews([line for line in lines if not _NOISE.match(f"{line} ")]))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _sorted_steps(lines: Iterable[str]) -> Iterator[str]:
    """Each run of steps in the order of their names."""
    for is_step, group in groupby(lines, lambda line: bool(_RESOURCE.match(f"{line} "))):
        run = list(group)
        yield from sorted(dict.fromkeys(run), key=lambda line: line[4:]) if is_step else run


def _summed_previews(lines: list[str]) -> Iterator[str]:
    """Without the steps and outputs of a preview that its execution repeats."""
    begins = [at for at, line in enumerate(lines) if _BEGINS.match(line)]
    yield from lines[: begins[0] if begins else None]
    for start, end in pairwise([*begins, len(lines)]):
        section = lines[start:end]
        repeated = (
            end < len(lines) and lines[start].startswith("Previewing") and "Previewing" not in lines[end]
        )
        yield from _without_repeated(section) if repeated else section


def _without_repeated(section: Iterable[str]) -> Iterator[str]:
    outputs = False
    for line in section:
        outputs = line == _OUTPUTS or (outputs and line.startswith(" "))
        if not outputs and not _RESOURCE.match(f"{line} "):
            yield line
