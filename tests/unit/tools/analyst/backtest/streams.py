"""A small labelled stream: steady accounts, one large fraud, a merchant compromised for ten days."""

import gzip
import lzma
from collections.abc import Sequence
from pathlib import Path
from random import Random

HEADER = "transaction_id,timestamp,account_id,merchant_id,amount,currency,is_fraud,scenario"
START = 1_700_006_400_000
DAY = 86_400_000
DAYS = 40
COMPROMISED = range(15, 25)


def rows(seed: int = 7) -> list[str]:
    """Lines of the file, in order of time, without its header."""
    random = Random(seed)  # noqa: S311 - reproducible
    made = []
    for day in range(DAYS):
        for number in range(12):
            merchant = number % 6
            fraud = merchant == 0 and day in COMPROMISED
            amount = abs(random.gauss(40, 10)) + 1
            scenario = "merchant" if fraud else ""
            if day == 30 and number == 5:
                amount, fraud, scenario = 900.0, True, "amount"
            time = START + day * DAY + number * 3_600_000 + random.randrange(1_800_000)
            made.append(
                f"t{day}-{number},{time},a{number % 4},m{merchant},{amount:.2f},EUR,{int(fraud)},{scenario}"
            )
    return made


def write(path: Path, lines: Sequence[str], header: str = HEADER) -> Path:
    """Write a file, compressed as its name says."""
    text = "\n".join([header, *lines]) + "\n"
    content = text.encode()
    if path.suffix == ".gz":
        content = gzip.compress(content)
    elif path.suffix == ".xz":
        content = lzma.compress(content)
    path.write_bytes(content)
    return path
