"""Streams of transactions in any order, and what people may say of them."""

from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import Controls, Standing, Transaction
from tests.unit.functions.builders import NOW, SCHEMA
from tests.unit.functions.histories import DAY

CATEGORIES = [f"{n:02d}" + "c" * 62 for n in range(40)]


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    placed = draw(st.booleans())
    return Transaction(
        transaction_id=draw(st.text("abcdef0123456789", min_size=1, max_size=8)),
        timestamp=NOW + draw(st.integers(0, 3 * DAY)),
        account_id="account-1",
        merchant_id=draw(st.sampled_from(["merchant-1", "merchant-2", "merchant-3"])),
        amount=draw(st.floats(0.0001, 1e15)),
        currency=draw(st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "XOF"])),
        merchant_category=draw(st.none() | st.sampled_from(CATEGORIES)),
        country=draw(st.none() | st.sampled_from(SCHEMA["properties"]["country"]["enum"])),
        device_id=draw(st.none() | st.sampled_from([f"device-{n}" for n in range(12)])),
        channel=draw(st.none() | st.sampled_from(["web", "pos"])),
        ip_address=draw(st.none() | st.sampled_from(["192.0.2.7", "198.51.100.9", "2001:db8::7"])),
        latitude=draw(st.floats(-90, 90)) if placed else None,
        longitude=draw(st.floats(-180, 180)) if placed else None,
        card_present=draw(st.none() | st.booleans()),
    )


streams = st.lists(transactions(), max_size=60)
controls = st.builds(
    Controls,
    standing=st.none() | st.sampled_from(Standing),
    standing_until=st.sampled_from([0, NOW, NOW + 5 * DAY]),
    snoozed_until=st.sampled_from([0, NOW, NOW + 5 * DAY]),
)
