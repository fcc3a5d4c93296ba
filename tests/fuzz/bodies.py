"""Bodies of the API's operations by schemathesis, each with what the document says of it."""

import copy
import json
import random
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

PATH, METHOD = "/transactions", "POST"
WHOLE = frozenset({"timestamp", "until", "snoozed_until", "replaces", "up_to"})
"""Fields of whole numbers."""
BATCH = 200
"""Examples of one run of hypothesis, which slows down over many."""
WINDOW_MILLISECONDS = 3_600_000
AHEAD = 4
"""Batches that are made ahead of what is sent."""
UNFITTED_SHARE = 0.1
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class Request:
    """A body to post.

    Attributes:
        content: As it is sent.
        fits: Whether the document allows it.
        fitted: Whether it also keeps the rules that no schema can say.
    """

    content: bytes
    fits: bool
    fitted: bool = False


class Bodies:
    """Makes bodies, half of them good.

    Args:
        document: The OpenAPI document.
        seed: Another one makes others.
        now: Epoch milliseconds: timestamps are from the hour before.
        path: The operation's, and
        method: how it is asked for.
    """

    def __init__(
        self, document: Mapping[str, Any], seed: int, now: int, path: str = PATH, method: str = METHOD
    ) -> None:
        self._fits_more = path == PATH
        about_now = _about_now(document, now)
        self._random = random.Random(seed)  # noqa: S311 - no secret
        operation = schemathesis.openapi.from_dict(about_now)[path][method]
        self._strategies = [operation.as_strategy(generation_mode=mode) for mode in _MODES]
        self._timely, self._allowed = (_validator(each, path, method) for each in (about_now, document))

    def __iter__(self) -> Iterator[Request]:
        """Yield bodies without end."""
        while True:
            yield from self.batch()

    def batch(self) -> list[Request]:
        """Return the next bodies, half of them good."""
        made = [
            example for each in self._strategies for example in _examples(each, self._random.getrandbits(64))
        ]
        return [self._request(each) for each in made]

    def allows(self, value: Any) -> bool:
        """Whether the document allows a body."""
        return bool(self._allowed.is_valid(value)) and not _has_decimal_point(value)

    def _request(self, made: Any) -> Request:
        if isinstance(made, bytes):
            return Request(made, fits=False)
        may_fit = self._fits_more and self._timely.is_valid(made) and self.allows(made)
        fitted = may_fit and self._random.random() >= UNFITTED_SHARE
        value = _fitted(made) if fitted else made
        return Request(json.dumps(value).encode(), self.allows(value), fitted)


def made_beside(document: Mapping[str, Any], seed: int, now: int) -> Generator[Request, None, None]:
    """Yield what `Bodies` does, made by another process while this one sends; see there."""
    with ProcessPoolExecutor(1, get_context("spawn"), _begin, (document, seed, now)) as maker:
        awaited = deque(maker.submit(_next) for _ in range(AHEAD))
        try:
            while True:
                yield from awaited.popleft().result()
                awaited.append(maker.submit(_next))
        finally:
            maker.shutdown(wait=False, cancel_futures=True)


_making: list[Bodies] = []
"""What the maker's process makes from."""


def _begin(document: Mapping[str, Any], seed: int, now: int) -> None:
    _making.append(Bodies(document, seed, now))


def _next() -> list[Request]:
    return _making[0].batch()


def _validator(document: Mapping[str, Any], path: str, method: str) -> jsonschema_rs.Draft202012Validator:
    body = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
    return jsonschema_rs.Draft202012Validator({**body["schema"], "components": document["components"]})


def _examples(strategy: Any, number: int) -> list[Any]:
    made: list[Any] = []

    @seed(number)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def collect(case: Any) -> None:
        if isinstance(case.body, bytes) or _is_json(case.body):
            made.append(case.body)

    run: Callable[[], None] = collect
    run()
    return made


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def _about_now(document: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The document with the timestamps that are taken at the moment, and without its signature."""
    changed = copy.deepcopy(dict(document))
    del changed["security"], changed["components"]["securitySchemes"]
    timestamp = changed["components"]["schemas"]["Transaction"]["properties"]["timestamp"]
    timestamp.update(minimum=now - WINDOW_MILLISECONDS, maximum=now)
    return changed


def _has_decimal_point(value: Any) -> bool:
    """Whether a whole number is written as 1.0: draft-04, which the API goes by, has no such integers."""
    some = value if isinstance(value, list) else [value]
    return any(isinstance(each.get(name), float) for each in some for name in WHOLE)


def _fitted(value: Any) -> Any:
    """Return a good body that keeps the rules beyond the schema: whole amounts, addresses that are some."""
    if isinstance(value, list):
        return [_fitted(each) for each in value]
    fitted = {**value, "amount": max(1, int(value["amount"]))}
    if "ip_address" in value:
        fitted["ip_address"] = "203.0.113.7"
    return fitted
