"""``python -m tools.operate.cost ENV --per-day N``: the bill of a month; writes ``build/cost.json``."""

import json
import sys
from argparse import ArgumentTypeError

from tools.deploy.project import ROOT
from tools.operate.cost.bill import Bill, Charge
from tools.operate.cost.model import Load
from tools.operate.cost.page import write_page
from tools.operate.cost.peak import limits
from tools.operate.cost.prices import PriceList
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import Usage
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

MOST_PER_DAY = 10_000_000_000


def main() -> int:
    """Print the bill, or write the page of the documentation."""
    parser = Parser(prog="python -m tools.operate.cost", description=__doc__)
    parser.add_argument("environment", help="environment whose settings apply")
    parser.add_argument("--per-day", type=_count, default=None, help="transactions a day")
    parser.add_argument("--peak", type=_count, default=None, help="peak transactions a second")
    parser.add_argument("--page", action="store_true", help="write docs/cost.md and its plot instead")
    arguments = parser.parse_args()
    if arguments.per_day is None and not arguments.page:
        parser.error("PER_DAY is missing: set the number of transactions a day, for example PER_DAY=1000000")
    setting, usage, prices = Setting.read(arguments.environment), Usage.read(), PriceList.read()
    bill = Bill(setting, usage, prices, Load(arguments.per_day or 0))
    if arguments.page:
        write_page(bill)
        print("docs/cost.md and docs/cost.svg are written")
        return 0
    _print(bill)
    if arguments.peak:
        print(f"\nAt {arguments.peak:,.0f} transactions a second:")
        print("\n".join(f"  {each}" for each in limits(setting, usage, arguments.peak)))
    path = ROOT / "build" / "cost.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(bill.as_json(), indent=2) + "\n", encoding="utf-8")
    print(f"\nAlso in {path.relative_to(ROOT)}; how it is calculated: docs/cost.md")
    return 0


def _print(bill: Bill) -> None:
    load = bill.load
    print(
        f"{bill.setting.environment}, {load.per_day:,.0f} transactions a day, {load.alerts:.1%} suspicious;\n"
        f"US dollars a month, prices of {bill.prices.date}, what AWS gives away left out\n"
    )

    def layer(charge: Charge) -> str:
        return charge.line.layer

    for title, sums in (
        ("by service", bill.summed(lambda charge: charge.service)),
        ("by layer", bill.summed(layer)),
    ):
        print(f"{title:<28}{'':>10}")
        for name, usd in sums.items():
            print(f"  {name:<26}{usd:>10,.2f}")
    print(f"{'total':<28}{bill.total:>10,.2f}")
    print(f"{'idle':<28}{bill.idle:>10,.2f}\n")
    alone, together = bill.marginal(batched=False), bill.marginal(batched=True)
    print(f"A million more: {alone:.2f} posted alone, {together:.2f} in arrays of the greatest length,")
    print(f"and {bill.kept_per_million:.2f} to keep them until they expire.")
    print("Not documented by AWS, at most:")
    for name, usd in bill.unsettled().items():
        print(f"  {name:<32}{usd:>10,.2f}")


def _count(text: str) -> float:
    digits = text.replace(",", "").replace("_", "")
    if not digits.isascii() or not digits.isdecimal() or int(digits) > MOST_PER_DAY:
        raise ArgumentTypeError(f"{text} is no whole number of at most {MOST_PER_DAY:,}")
    return float(digits)


if __name__ == "__main__":
    sys.exit(ended("cost", main, on_interrupt=NOTHING_CHANGED))
