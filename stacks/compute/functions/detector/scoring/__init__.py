"""The scoring core: pure, no clock, no AWS. The detector runs it, and so does whatever replays history.

```
scorer = Scorer(load_rules(RULES_PATH))
population = scorer.unknown_population()
account, merchant = AccountProfile(), MerchantProfile()
for transaction in stream:                       # in the order in which they arrive
    if not account.knows(transaction):
        decision = scorer.score(transaction, account, merchant, population)
        taught = scorer.sample(transaction, account, decision, population)
        scorer.update(account, transaction, decision, population)
```

- `score` reads the profiles and changes nothing. The score is `combine` of the reasons' contributions.
- `update` teaches the account's profile in place, in constant time. A transaction that the profile has
  learnt, or one too late to be told from a duplicate, changes nothing.
- `sample` says what a transaction teaches the population, which is nothing for most (`population`).
- `apply_verdict` teaches account, merchant and population what an analyst found (`verdicts`).
- A profile has a bound: `to_state` gives plain JSON data of less than 4 KB, `from_state` reads it back.
- Floats live here alone: they measure, they are never money.
"""

from stacks.compute.functions.detector.scoring.controls import (
    NO_CONTROLS,
    Controls,
    PaymentControls,
    Standing,
)
from stacks.compute.functions.detector.scoring.population import SHARDS, Population, Sample, View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason, combine
from stacks.compute.functions.detector.scoring.rules import Mode, Rules
from stacks.compute.functions.detector.scoring.rules_file import (
    RULES_PATH,
    load_rules,
    parse_rules,
)
from stacks.compute.functions.detector.scoring.sampling import shard_of
from stacks.compute.functions.detector.scoring.scorer import Scorer
from stacks.compute.functions.detector.scoring.sections import RulesError
from stacks.compute.functions.detector.scoring.state import ProfileError
from stacks.compute.functions.detector.scoring.transaction import Transaction
from stacks.compute.functions.detector.scoring.verdicts import (
    Effect,
    RiskPopulation,
    Verdict,
    apply_verdict,
    own_suspicion_of,
)

__all__ = [
    "NO_CONTROLS",
    "RULES_PATH",
    "SHARDS",
    "AccountProfile",
    "Controls",
    "Decision",
    "Effect",
    "MerchantProfile",
    "Mode",
    "PaymentControls",
    "Population",
    "ProfileError",
    "Reason",
    "RiskPopulation",
    "Rules",
    "RulesError",
    "Sample",
    "Scorer",
    "Standing",
    "Transaction",
    "Verdict",
    "View",
    "apply_verdict",
    "combine",
    "load_rules",
    "own_suspicion_of",
    "parse_rules",
    "shard_of",
]
