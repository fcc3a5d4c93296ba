"""What a command line of the Pulumi CLI asks for: its verb, its project, whether it needs the provider."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.infra.layers import LAYERS
from tools.deploy.project import ROOT

DEPLOYING = frozenset({"up", "update", "import"})
PREVIEWING = frozenset({"preview", "pre"})
_USING_PROVIDERS = DEPLOYING | PREVIEWING | {"refresh", "destroy", "down", "dn", "watch"}
_WITHOUT_PROJECT = frozenset({"", "version", "help", "about", "gen-completion"})
_WRITING_SETTINGS = frozenset({"set", "set-all", "rm", "rm-all", "cp", "refresh", "env"})
_DIRECTORY_FLAGS = ("-C", "--cwd")
_VALUED_FLAGS = frozenset({*_DIRECTORY_FLAGS, "--color", "-v", "--verbose", "--tracing", "--profiling"})
"""The flags before a verb whose value is a word of its own."""


@dataclass(frozen=True)
class CommandLine:
    """The CLI's arguments. `words` are the verb and what follows it, without flags in front."""

    words: tuple[str, ...]
    rest: tuple[str, ...]
    """Everything but the project's directory, as it was given."""
    directory: Path
    """Where the CLI is to work: `-C`, else the current directory."""

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> "CommandLine":
        """Read what follows `pulumi`."""
        directories, rest = _without_directory(arguments)
        return cls(tuple(_from_verb(rest)), tuple(rest), Path.cwd().joinpath(*directories).resolve())

    @property
    def verb(self) -> str:
        """`up`, `preview`, `stack`, ...; empty where there is none."""
        return self.words[0] if self.words else ""

    @property
    def layer(self) -> str | None:
        """The layer whose project it works in, if any."""
        return next((name for name in LAYERS if self.directory == ROOT / "stacks" / name), None)

    @property
    def tells_of_itself(self) -> bool:
        """Whether it asks the CLI about the CLI: no state, project or cloud is touched."""
        return self.verb in _WITHOUT_PROJECT or bool({"-h", "--help"} & set(self.rest))

    @property
    def needs_provider(self) -> bool:
        """Whether the engine will look for its plugins."""
        return self.verb in _USING_PROVIDERS

    @property
    def writes_settings(self) -> bool:
        """Whether it would change the stack's file of settings, and nothing else."""
        return self.verb == "config" and bool(_WRITING_SETTINGS & set(self.words[1:2]))


def _without_directory(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    directories, rest = [], []
    words = iter(arguments)
    for word in words:
        flag, has_value, value = word.partition("=")
        if word in _DIRECTORY_FLAGS:
            directories.append(next(words, "."))
        elif flag == "--cwd" and has_value:
            directories.append(value)
        elif word.startswith("-C"):
            directories.append(word.removeprefix("-C").removeprefix("="))
        else:
            rest.append(word)
    return directories, rest


def _from_verb(arguments: Sequence[str]) -> Iterator[str]:
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            yield word
            yield from words
        elif word in _VALUED_FLAGS:
            next(words, None)
