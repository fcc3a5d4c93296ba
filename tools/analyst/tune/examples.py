"""Labelled payments with what was measured of each when it was scored: what a scorecard is fitted to."""

from array import array
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from stacks.compute.functions.detector.scoring import NAMES, Assessment
from tools.analyst.backtest.source import Row

MOST_GENUINE: Final = 600_000
"""Of more genuine payments an even share is kept, which bounds memory (100 MB) and the time of a fit."""

_HASH_SPAN: Final = 2**32

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Table(NamedTuple):
    """Examples as columns, in order of arrival.

    Attributes:
        quantities: A column for each of `NAMES`, NaN where unknown; shape (examples, quantities).
        frauds: 1 for a fraud, 0 for a genuine payment.
        weights: How many payments each stands for.
        timestamps: Epoch milliseconds.
    """

    quantities: Singles
    frauds: Floats
    weights: Floats
    timestamps: NDArray[np.int64]

    def where(self, chosen: Mask | NDArray[np.intp]) -> "Table":
        """Return the examples that a mask, or places in order, choose."""
        return Table(
            self.quantities[chosen], self.frauds[chosen], self.weights[chosen], self.timestamps[chosen]
        )

    @property
    def fraud_count(self) -> int:
        """How many are frauds."""
        return int(self.frauds.sum())


class Examples:
    """Collects examples: every fraud, and of the genuine payments an even share once they are many."""

    def __init__(self) -> None:
        self._quantities = array("f")
        self._frauds = bytearray()
        self._hashes = array("L")
        self._timestamps = array("q")
        self._share = 1.0
        self._genuine = 0

    def __len__(self) -> int:
        return len(self._frauds)

    def add(self, row: Row, assessment: Assessment) -> None:
        """Add a payment as it was scored, all `NAMES` measured; one without a label is left out."""
        if row.is_fraud is None:
            return
        mark = crc32(row.transaction.transaction_id.encode())
        if not row.is_fraud:
            if mark >= self._share * _HASH_SPAN:
                return
            self._genuine += 1
        measured, unknown = assessment.quantities, float("nan")
        for name in NAMES:
            value = getattr(measured, name)
            self._quantities.append(unknown if value is None else value)
        self._frauds.append(row.is_fraud)
        self._hashes.append(mark)
        self._timestamps.append(row.transaction.timestamp)
        if self._genuine > MOST_GENUINE:
            self._thin()

    def _thin(self) -> None:
        """Keep every second genuine payment."""
        self._share /= 2
        frauds = np.frombuffer(self._frauds, np.uint8) == 1
        kept = frauds | (np.array(self._hashes) < self._share * _HASH_SPAN)
        self._quantities = array("f", self._matrix()[kept].tobytes())
        self._hashes = array("L", np.array(self._hashes)[kept].tobytes())
        self._timestamps = array("q", np.array(self._timestamps)[kept].tobytes())
        self._frauds = bytearray(frauds[kept].astype(np.uint8).tobytes())
        self._genuine = len(self._frauds) - sum(self._frauds)

    def _matrix(self) -> Singles:
        return np.array(self._quantities, np.float32).reshape(-1, len(NAMES))

    def table(self) -> Table:
        """Return the examples collected so far."""
        frauds = np.frombuffer(bytes(self._frauds), np.uint8).astype(np.float64)
        return Table(
            self._matrix(),
            frauds,
            np.where(frauds == 1, 1.0, 1.0 / self._share),
            np.array(self._timestamps, np.int64),
        )
