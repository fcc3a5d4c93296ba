"""What a bus or a queue does not take is sent again, alone, and nothing that it took is sent twice."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.operate.sending import ATTEMPTS, Bus, NotTakenError, Pace, Queue


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pace(self, per_second: float = 1000) -> Pace:
        return Pace(per_second, clock=self, sleep=self.sleep)


class Choosy:
    """EventBridge and SQS in one, which take an entry only after so many refusals of it."""

    def __init__(self, refusals: Sequence[int]) -> None:
        self._left = dict(enumerate(refusals))
        self.taken: list[int] = []

    def _takes(self, number: int) -> bool:
        self._left[number] -= 1
        if self._left[number] >= 0:
            return False
        self.taken.append(number)
        return True

    def put_events(self, Entries: Sequence[Any]) -> Any:  # noqa: N803 - botocore's name
        assert 1 <= len(Entries) <= 10
        took = [self._takes(int(entry["Detail"])) for entry in Entries]
        results = [{} if each else {"ErrorCode": "ThrottlingException"} for each in took]
        return {"FailedEntryCount": took.count(False), "Entries": results}

    def send_message_batch(self, QueueUrl: str, Entries: Sequence[Any]) -> Any:  # noqa: N803
        assert 1 <= len(Entries) <= 10
        took = {entry["Id"]: self._takes(int(entry["MessageBody"])) for entry in Entries}
        return {"Failed": [{"Id": each, "Code": "Throttled"} for each, ok in took.items() if not ok]}


def events(count: int) -> list[dict[str, Any]]:
    return [{"source": "s", "detail-type": "d", "detail": number} for number in range(count)]


@given(st.lists(st.integers(0, ATTEMPTS - 1), max_size=35))
def test_every_entry_is_taken_exactly_once(refusals: list[int]) -> None:
    for send in ("bus", "queue"):
        service = Choosy(refusals)
        pace = Clock().pace()
        if send == "bus":
            assert Bus(service, "bus", pace).put(events(len(refusals))) == len(refusals)
        else:
            messages = [(str(number), "") for number in range(len(refusals))]
            assert Queue(service, "https://q/x", pace).send(messages) == len(refusals)
        assert Counter(service.taken) == Counter(range(len(refusals)))


def test_what_is_never_taken_is_told_and_stops_nothing_before_it() -> None:
    service = Choosy([0, ATTEMPTS, 0])
    with pytest.raises(
        NotTakenError, match=r"bus-dev did not accept 1 of 3 in 6 attempts: ThrottlingException"
    ):
        Bus(service, "bus-dev", Clock().pace()).put(events(3))
    assert service.taken == [0, 2]


def test_the_rate_is_held() -> None:
    clock = Clock()
    Bus(Choosy([0] * 100), "bus", clock.pace(20)).put(events(100))
    assert clock.now == pytest.approx(90 / 20), "the last ten go as soon as the ninety before them are due"
