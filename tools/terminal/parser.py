"""The commands' own arguments, whose errors speak the language of make: people give words, not flags."""

import argparse
import re
import sys
from typing import Any, NoReturn

_OF_AN_ARGUMENT = re.compile(r"argument (--)?([a-z-]+)(?:/\S+)?: (.*)", re.DOTALL)
_OF_A_CHOICE = "is not a choice"
_OF_A_TYPE = re.compile(r"invalid (\S+) value: (.*)", re.DOTALL)
_NOT_WITH = "not allowed with argument "
_TYPES = {"int": "a whole number", "float": "a number"}


class Parser(argparse.ArgumentParser):
    """A parser that names what was given as make knows it: `--label-delay-days` is LABEL_DELAY_DAYS."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and end with 2."""
        print(f"error: {_in_make(message)}", file=sys.stderr)
        raise SystemExit(2)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the choices by their values: argparse shows how Python writes them."""
        if action.choices is not None and value not in action.choices:
            listed = ", ".join(str(getattr(each, "value", each)) for each in action.choices)
            raise argparse.ArgumentError(action, f"{value} {_OF_A_CHOICE}; choose from {listed}")


def _in_make(message: str) -> str:
    if found := _OF_AN_ARGUMENT.fullmatch(message):
        return _of_word(_word(found[2]), found[3])
    if message.startswith("unrecognized arguments: "):
        return f"ARGS: unknown argument {message.partition(': ')[2]}; `ARGS=--help` lists the arguments"
    if message.startswith("the following arguments are required: "):
        names = message.partition(": ")[2].split(", ")
        return f"missing: {', '.join(_word(each) for each in names)}"
    return message


def _of_word(word: str, reason: str) -> str:
    value, is_choice, rest = reason.partition(f" {_OF_A_CHOICE}; ")
    if is_choice:
        return f"{word}={value}: not a valid {word.lower().replace('_', ' ')}; {rest}"
    if reason.startswith(_NOT_WITH):
        return f"{word} and {_word(reason.removeprefix(_NOT_WITH))} are mutually exclusive: set one of them"
    if found := _OF_A_TYPE.fullmatch(reason):
        return f"{word}: {found[2]} is not {_TYPES.get(found[1], 'a valid value')}"
    return f"{word}: {reason}"


def _word(name: str) -> str:
    name = name.lstrip("-")
    return "ENV" if name == "environment" else name.upper().replace("-", "_")
