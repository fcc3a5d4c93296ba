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
    modelled = replace_on = write_only = words("keepers length special")
    defaults = frozen({"special": True})
    absent = frozen(dict.fromkeys(("lower", "number", "numeric", "upper"), True))

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        if isinstance(inputs.get("length"), int) and inputs["length"] < 1:
            yield CheckFailure("length", "is too short: at least one character is needed")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The id is `none` for every password, as in the real provider."""
        return self.id_form

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The value that is known, or a fresh one: only the state remembers it."""
        letters = string.ascii_letters + string.digits + (_SPECIAL if known.get("special", True) else "")
        drawn = "".join(secrets.choice(letters) for _ in range(int(known["length"])))
        return {"result": known.get("result") or drawn}

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Forgetting it is all there is to do."""

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Nothing outside the state can hold one."""
        return None

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        return self.id_form, {"result": digits(f"secret of {name}", int(inputs["length"]))}
