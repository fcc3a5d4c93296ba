"""pulumi-random: random values that exist only in the state."""

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
    """`random.RandomPassword` without `bcryptHash`, which stays empty."""

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
        """Return the id `none`, as the real provider does."""
        return self.id_form

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Return the value in the state, or generate one."""
        letters = string.ascii_letters + string.digits + (_SPECIAL if known.get("special", True) else "")
        drawn = "".join(secrets.choice(letters) for _ in range(int(known["length"])))
        return {"result": known.get("result") or drawn}

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Do nothing: the value exists only in the state."""

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Return None: the value exists only in the state."""
        return None

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        return self.id_form, {"result": digits(f"secret of {name}", int(inputs["length"]))}
