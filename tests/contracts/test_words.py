"""The words given to make arrive as they were given, or are refused; nothing in them is expanded or run."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.infra.layers import LAYERS
from tests.contracts.test_runbooks import makefile_targets
from tests.support.harness import ROOT

WORDS = ROOT / "tools" / "terminal" / "words.mk"
CANARY = "canary"
HOSTILE = (
    f"$(shell touch {CANARY})",
    f"$$(touch {CANARY}) ${{HOME}} refund of $1,200; see $HOME",
    f"O'Brien'; touch {CANARY}; '",
    f'x" || touch {CANARY} || "',
    f"`touch {CANARY}` & touch {CANARY} | touch {CANARY} > {CANARY}",
    f"one\ntouch {CANARY}\n\ttouch {CANARY}",
    f"--help $(eval $(shell touch {CANARY})) $(error no) # %",
    "--help",
    "-5",
)
GOOD = {
    "ENV": "dev",
    "VERDICT": "legitimate",
    "TRANSACTION": "t",
    "BY": "me",
    "DATA": "d.csv",
    "SINCE": "2026",
}
SPLIT = ("ARGS", "CONFIG")
"""Words that are several words of a command."""
ELSEWHERE = (
    "ENV",
    "CONFIRM",
    "ENGINE",
    "LOCAL_DIRECTORY",
    "RESET",
    "REPLAY",
    "ERASE",
    "HISTORY",
    "DESK",
    "PINNED",
)
"""Words that choose what is run, and stand in no command line as they are."""
STUB = """#!{bash}
# Notes its arguments and its environment; stands for the project's python, and for the one that sets it up.
[[ "$*" != '-m shared.infra.layers' ]] || {{ printf '%s\\n' {layers}; exit 0; }}
[[ "$*" != '-m tools.terminal.unknown_words' ]] || exec {python} "$@"
{{ printf '<call>\\0'; printf '%s\\0' "$@"; printf '<environment>\\0'; env -0; }} >> {record}
"""


@dataclass(frozen=True)
class Call:
    """One run of the stub."""

    arguments: tuple[str, ...]
    environment: dict[str, str]


class Maker:
    """The project's Makefile with a stub in place of every python."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._record = directory / "record"
        self._venv = directory / "venv"
        (self._venv / "bin").mkdir(parents=True)
        stub = self._venv / "bin" / "python"
        stub.write_text(
            STUB.format(
                bash=shutil.which("bash"),
                python=shutil.which("python3"),
                layers=" ".join(LAYERS),
                record=self._record,
            )
        )
        stub.chmod(0o755)
        (self._venv / ".ready").touch()

    def run(
        self, target: str, given: dict[str, str], inherited: dict[str, str] | None = None
    ) -> tuple[int, str, list[Call]]:
        """Run a target; return its exit code, what it said of errors, and the calls of the stub."""
        self._record.write_bytes(b"")
        places = {"PYTHON": str(self._venv / "bin" / "python"), "VENV": str(self._venv)}
        words = [f"{name}={value}" for name, value in {**places, **given}.items()]
        ended = subprocess.run(
            ["make", target, *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(self._directory), **(inherited or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert not (ROOT / CANARY).exists(), f"{target} {given}: something of it was run"
        return ended.returncode, ended.stderr, list(self._calls())

    def _calls(self) -> Iterator[Call]:
        for call in self._record.read_text().split("<call>\0")[1:]:
            arguments, _, environment = call.partition("<environment>\0")
            pairs = (each.partition("=") for each in environment.split("\0") if each)
            yield Call(tuple(arguments.split("\0")[:-1]), {name: value for name, _, value in pairs})


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[Maker]:
    yield Maker(tmp_path)
    (ROOT / CANARY).unlink(missing_ok=True)


def taken() -> dict[str, tuple[str, ...]]:
    """The words that each target takes, as the table has it."""
    text = WORDS.read_text("utf-8")
    [environment] = re.findall(r"^environment := (.*)$", text, re.MULTILINE)
    rows = re.findall(r"^takes-([a-z-]+) :=(.*)$", text, re.MULTILINE)
    return {name: tuple(row.replace("$(environment)", environment).split()) for name, row in rows}


CASES = [(target, word) for target, words in taken().items() for word in words if target != "check-env"]


def needed(target: str) -> dict[str, str]:
    """Good words for a target."""
    return {word: GOOD[word] for word in taken()[target] if word in GOOD}


def stands_as_a_value(text: str, arguments: Sequence[str]) -> bool:
    """Whether a command takes it for no option of its own, whatever it begins with."""
    options, _, others = "\0".join(arguments).partition("\0--\0")
    given = [each.partition("=")[2] for each in options.split("\0") if each.startswith("--")]
    return text in (*given, *others.split("\0"))


def test_every_target_says_which_words_it_takes() -> None:
    verbs = {verb for verb in taken() if f"{verb}-network" in makefile_targets()}
    assert verbs == {"preview", "deploy", "refresh", "drift", "outputs", "destroy"}
    of_layers = {f"{verb}-{layer}" for verb in verbs for layer in LAYERS}
    assert makefile_targets() - of_layers - {"check-words"} == set(taken())
    assert of_layers <= makefile_targets()


@pytest.mark.parametrize(("target", "word"), CASES, ids=[" ".join(case) for case in CASES])
def test_a_text_arrives_as_given_and_is_never_run(maker: Maker, target: str, word: str) -> None:
    for text in HOSTILE:
        code, err, calls = maker.run(target, {**needed(target), word: text})
        own = [call for call in calls if call.environment.get(word) == text]
        if not own:
            assert code, f"{text!r} was neither taken nor refused"
            assert not calls, f"{text!r} was changed on its way"
            assert err
        elif word not in (*SPLIT, *ELSEWHERE):
            assert any(stands_as_a_value(text, call.arguments) for call in own), text


@pytest.mark.parametrize("target", [name for name, words in taken().items() if "ARGS" in words])
def test_several_words_arrive_one_by_one(maker: Maker, target: str) -> None:
    text = "--one 'two and $HOME' \"three; `x`\" -k=*"
    code, _, calls = maker.run(target, {**needed(target), "ARGS": text})
    assert code == 0
    assert calls[-1].arguments[-4:] == tuple(shlex.split(text))
    code, err, calls = maker.run(target, {**needed(target), "ARGS": "it's"})
    assert (code, calls) == (2, [])
    assert "ARGS: a quotation mark is not closed" in err


def test_settings_arrive_one_by_one(maker: Maker) -> None:
    given = {"ENV": "local", "CONFIG": "fraud-data:a=$(shell x) fraud-data:b=*", "LOCAL_DIRECTORY": "o'b $x"}
    _, _, [call] = maker.run("deploy", given)
    settings = ("--config=fraud-data:a=$(shell", "--config=x)", "--config=fraud-data:b=*")
    assert call.arguments[-3:] == settings
    assert "--run-directory=o'b $x" in call.arguments
    _, _, calls = maker.run("outputs", {"ENV": "local", "ENGINE": "pulumi", "LOCAL_DIRECTORY": "o'b $x"})
    assert shlex.split(calls[-1].environment["PULUMI"])[-2:] == ["--run-directory=o'b $x", "--"]


@pytest.mark.parametrize("word", ["NOTE", "BY", "TRANSACTION"])
def test_a_text_of_the_shells_environment_is_no_macro_either(maker: Maker, word: str) -> None:
    given = {name: value for name, value in needed("verdict").items() if name != word}
    for text in HOSTILE:
        _, _, calls = maker.run("verdict", given, {word: text})
        assert stands_as_a_value(text, calls[-1].arguments)


@pytest.mark.parametrize("target", [*taken(), "deploy-data", "destroy-network"])
def test_a_word_that_means_nothing_is_refused(maker: Maker, target: str) -> None:
    for text in HOSTILE:
        code, err, calls = maker.run(target, {"UNTILL": text})
        assert (code, calls) == (2, [])
        assert f"UNTILL is not a variable of make {target}: " in err
    assert ("did you mean UNTIL?" in err) is ("UNTIL" in taken().get(target, ()))


@pytest.mark.parametrize("word", ["LAYER", "VERBS", "MAKEFLAGS", "LAYERS", "MUTATES"])
def test_a_word_of_another_target_or_of_the_makefile_is_refused(maker: Maker, word: str) -> None:
    code, err, calls = maker.run("rights", {"ENV": "dev", word: "x"})
    assert (code, calls) == (2, [])
    assert f"{word} is not a variable of make rights: " in err
    assert "it takes CONFIRM, ENGINE, ENV, JOB, LOCAL_DIRECTORY, WRITE" in err


@pytest.mark.parametrize("place", ["PYTHON", "VENV", "BIN", "READY", "PULUMI", "SHELL", ".SHELLFLAGS"])
def test_programs_and_places_are_not_run_as_text(maker: Maker, place: str) -> None:
    for text in HOSTILE:
        code, _, _ = maker.run("rights", {"ENV": "dev", place: text})
        assert code or place in {"PULUMI", "SHELL", ".SHELLFLAGS"}


def test_from_a_folder_below_it_says_where_to_run_it() -> None:
    command: Sequence[str] = ["make", "-f", "../Makefile", "help"]
    own = {"PATH": os.environ["PATH"]}
    ended = subprocess.run(command, cwd=ROOT / "docs", env=own, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Run make from the project's root, for example: make -C .. help" in ended.stderr
