"""Labelled history whose frauds only verdicts tell: payments of about 7 EUR, among larger ones."""

from random import Random

HEADER = "transaction_id,timestamp,account_id,merchant_id,amount,currency,is_fraud"
START = 1_700_006_400_000
DAY = 86_400_000
DAYS = 60
ACCOUNTS = 25


def rows(
    seed: int = 3, *, days: int = DAYS, reversed_from: int | None = None, share: float = 0.03
) -> list[str]:
    """Lines of the file, in order of time, without its header.

    Args:
        seed: Of chance.
        days: How many.
        reversed_from: From this day on exactly what was fraud is genuine, and large payments are fraud.
        share: Of frauds.
    """
    random = Random(seed)  # noqa: S311 - reproducible
    made = []
    for day in range(days):
        payments = []
        for account in range(ACCOUNTS):
            for _ in range(4):
                chance = random.random()
                of_a_kind = chance < share
                amount = random.uniform(7.0, 7.4) if of_a_kind else random.lognormvariate(3.6, 0.6)
                fraud = of_a_kind
                if reversed_from is not None and day >= reversed_from:
                    large = chance > 1 - share
                    amount, fraud = (amount * 12 if large else amount), large
                second = random.randrange(8 * 3600, 20 * 3600)
                payments.append((second, f"a{account}", random.randrange(30), amount, fraud))
        for number, (second, name, merchant, amount, fraud) in enumerate(sorted(payments)):
            time = START + day * DAY + second * 1000
            made.append(f"t{day}-{number},{time},{name},m{merchant},{amount:.2f},EUR,{int(fraud)}")
    return made
