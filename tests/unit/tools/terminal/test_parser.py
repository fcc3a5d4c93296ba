"""Errors speak make's language: its words, their values and what they may be."""

import argparse
from enum import StrEnum

import pytest

from tools.terminal.parser import Parser


class Colour(StrEnum):
    """As a command has it."""

    RED = "red"
    BLUE = "blue"


def whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["dev", "--list", "dney"], "LIST=dney: not a valid list; choose from red, blue, none"),
        (["dev", "--label-delay-days", "x"], "LABEL_DELAY_DAYS: 'x' is not a whole number"),
        (["dev", "--seed", "x"], "SEED: 'x' is not a whole number"),
        (["dev", "--share=-x"], "SHARE: '-x' is not a number"),
        (["dev", "--file=x", "--reset"], "RESET and FILE are mutually exclusive: set one of them"),
        (["dev", "--list"], "LIST: expected one argument"),
        (["dev", "--other"], "ARGS: unknown argument --other; `ARGS=--help` lists the arguments"),
        ([], "missing: ENV"),
    ],
)
def test_an_error_is_one_line_in_the_words_of_make(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Parser(prog="python -m something")
    parser.add_argument("environment")
    parser.add_argument("--list", choices=[*Colour, "none"])
    parser.add_argument("--label-delay-days", type=whole)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--share", type=float)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--file")
    what.add_argument("--reset", action="store_true")
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(given)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error: {said}\n"


def test_commands_of_a_command_speak_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="python -m something")
    parser.add_subparsers(required=True).add_parser("demo").add_argument("--limit", type=whole)
    with pytest.raises(SystemExit):
        parser.parse_args(["demo", "--limit", "-"])
    assert "LIMIT" in capsys.readouterr().err
