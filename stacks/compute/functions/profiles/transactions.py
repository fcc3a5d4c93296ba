"""What the scorer sees of a stored transaction. Pure."""

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.detector.scoring import Transaction


def scored_transaction(stored: StoredTransaction) -> Transaction:
    """Return a stored transaction's exact values as the floats and words that are scored."""
    return Transaction(
        transaction_id=stored.transaction_id,
        timestamp=stored.timestamp,
        account_id=stored.account_id,
        merchant_id=stored.merchant_id,
        amount=float(stored.amount),
        currency=stored.currency,
        merchant_category=stored.merchant_category,
        country=stored.country,
        channel=stored.channel,
        device_id=stored.device_id,
        latitude=None if stored.latitude is None else float(stored.latitude),
        longitude=None if stored.longitude is None else float(stored.longitude),
        card_present=stored.card_present,
    )
