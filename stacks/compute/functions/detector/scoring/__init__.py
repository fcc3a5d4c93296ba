"""The scoring core: pure, no clock, no AWS. The detector runs it, and so does whatever replays history.

```
rules = load_rules(RULES_PATH)
account, merchant = AccountProfile(), MerchantProfile()
for transaction in stream:                       # in the order in which they arrive
    if not account.knows(transaction):
        decision = score(transaction, account, merchant, rules)
        update(account, transaction, rules)
```

- `score` reads the profiles and changes nothing. The score is `combine` of the reasons' contributions.
- `update` teaches the account's profile in place, in constant time. A transaction that the profile has
  learnt, or one too late to be told from a duplicate, changes nothing.
- A profile has a bound: `to_state` gives plain JSON data of less than 4 KB, `from_state` reads it back.
- Floats live here alone: they measure, they are never money.
"""

from stacks.compute.functions.detector.scoring.profile import (
    AccountProfile,
    MerchantProfile,
    ProfileError,
    Transaction,
    update,
)
from stacks.compute.functions.detector.scoring.rules import Rules
from stacks.compute.functions.detector.scoring.rules_file import (
    RULES_PATH,
    RulesError,
    load_rules,
    parse_rules,
)
from stacks.compute.functions.detector.scoring.score import Decision, Reason, combine, score

__all__ = [
    "RULES_PATH",
    "AccountProfile",
    "Decision",
    "MerchantProfile",
    "ProfileError",
    "Reason",
    "Rules",
    "RulesError",
    "Transaction",
    "combine",
    "load_rules",
    "parse_rules",
    "score",
    "update",
]
