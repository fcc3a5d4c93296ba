"""`python -m tools.terminal.unknown_words`: why words given to make are refused, and which may be meant.

The Makefile says in the environment which they are, and what the targets take.
"""

import os
import sys
from collections.abc import Mapping
from difflib import get_close_matches


def refusal(environment: Mapping[str, str]) -> str:
    """Return a line for each word."""
    taken = environment["MAKE_TAKEN"].split()
    goals = " ".join(environment["MAKE_GOALS"].split())
    return "\n".join(_line(word, taken, goals) for word in environment["MAKE_UNKNOWN"].split())


def _line(word: str, taken: list[str], goals: str) -> str:
    nearest = get_close_matches(word.upper(), taken, 1, 0.5)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    takes = f"it takes {', '.join(taken)}" if taken else "it takes no variables"
    return f"{word} is not a variable of make {goals}: {meant}{takes}"


def main() -> int:
    """Print them; always a failure."""
    print(refusal(os.environ), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
