"""pulumi-random: values that are drawn once and then kept in the state; there is no cloud behind them."""

import secrets
import string
from collections.abc import Iterator
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.resource import (
    NO_DATA,
    CheckFailure,
    Clients,
    Place,
    Properties,
    Resource,
    digits,
    frozen,
    words,
)

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


class RandomPassword(Resource):
    """`random.RandomPassword`. `bcryptHash` stays empty: the project has no bcrypt and nothing reads it."""

    token = "random:index/randomPassword:RandomPassword"
    encrypted_by = NO_DATA
    regional = False
    shared_id = True
    id_form = "none"
    modelled = words(
        "keepers length lower minLower minNumeric minSpecial minUpper numeric overrideSpecial special upper"
    )
    replace_on = modelled
    defaults = frozen(
        {
            "lower": True,
            "minLower": 0,
            "minNumeric": 0,
            "minSpecial": 0,
            "minUpper": 0,
            "numeric": True,
            "special": True,
            "upper": True,
        }
    )
    write_only = modelled
    absent = frozen({"number": True})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """There must be something to draw from, and room for the minima."""
        if not any(alphabet for alphabet, _ in _alphabets(inputs)):
            yield CheckFailure("length", "no kind of character is allowed")
        minimum = sum(least for _, least in _alphabets(inputs))
        if isinstance(inputs.get("length"), int) and inputs["length"] < max(1, minimum):
            yield CheckFailure("length", f"is too short: at least {max(1, minimum)} characters are asked for")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The id is `none` for every password, as in the real provider."""
        return "none"

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The value that is known, or a fresh one: only the state remembers it."""
        return {"result": known.get("result") or _drawn(known), "number": known.get("numeric", True)}

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Forgetting it is all there is to do."""

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Nothing outside the state can hold one."""
        return None

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        return self.id_form, {"result": digits(f"secret of {name}", int(inputs["length"]))}


def _alphabets(inputs: Properties) -> list[tuple[str, int]]:
    """The characters of each allowed kind, and how many of them there must be at least."""
    special = inputs.get("overrideSpecial") or _SPECIAL
    kinds = [
        ("lower", "minLower", string.ascii_lowercase),
        ("upper", "minUpper", string.ascii_uppercase),
        ("numeric", "minNumeric", string.digits),
        ("special", "minSpecial", special),
    ]
    return [(letters, int(inputs.get(least, 0))) for flag, least, letters in kinds if inputs.get(flag, True)]


def _drawn(inputs: Properties) -> str:
    alphabets = _alphabets(inputs)
    letters = [secrets.choice(alphabet) for alphabet, least in alphabets for _ in range(least)]
    everything = "".join(alphabet for alphabet, _ in alphabets)
    letters += [secrets.choice(everything) for _ in range(int(inputs["length"]) - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
