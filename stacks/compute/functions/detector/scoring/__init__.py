"""The scoring core: pure, no clock, no AWS. The detector runs it, and so does whatever replays history.

```
scorer = Scorer(load_rules(RULES_PATH))
population = scorer.unknown_population()
account, merchant = AccountProfile(), MerchantProfile()
for transaction in stream:                       # in the order in which they arrive
    if not account.knows(transaction):
        assessment = scorer.assess(transaction, account, merchant, population)
        taught = scorer.sample(transaction, account, assessment, population)
        scorer.update(account, transaction, assessment)
```

- `assess` reads the profiles and changes nothing. Its decision's score is a probability; the base and the
points of the reasons sum to its log-odds.
- `new_places` names the counters of other people's payments that a score needs, for first uses alone.
- `update` teaches the account's profile in place, in constant time. A transaction that the profile has
  learnt, or one too late to be told from a duplicate, changes nothing.
- `sample` says what a transaction teaches the population, which is nothing for most (`population`).
- `apply_verdict` teaches account, merchant and population what an analyst found (`verdicts`).
- A profile has a bound: `to_state` gives less than 1 KB, `from_state` reads it back.
- Floats live here alone: they measure, they are never money.
"""

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.controls import (
    NO_CONTROLS,
    Controls,
    PaymentControls,
    Standing,
)
from stacks.compute.functions.detector.scoring.evidence import Quantities
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.population import SHARDS, Population, Sample, View
from stacks.compute.functions.detector.scoring.quantities import NAMES, OF_ANY_FORM
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason
from stacks.compute.functions.detector.scoring.risk_population import RiskPopulation
from stacks.compute.functions.detector.scoring.rules import Rules
from stacks.compute.functions.detector.scoring.rules_file import RULES_PATH, SCHEMA, load_rules, parse_rules
from stacks.compute.functions.detector.scoring.sampling import shard_of
from stacks.compute.functions.detector.scoring.scorecard import Curve, log_odds_of, probability_of
from stacks.compute.functions.detector.scoring.scorer import Assessment, Scorer
from stacks.compute.functions.detector.scoring.sections import RulesError
from stacks.compute.functions.detector.scoring.setting_kinds import Mode
from stacks.compute.functions.detector.scoring.sharing import FirstUses, Place, Sharing, new_places
from stacks.compute.functions.detector.scoring.state import ProfileError
from stacks.compute.functions.detector.scoring.transaction import Transaction
from stacks.compute.functions.detector.scoring.verdicts import (
    Effect,
    Verdict,
    apply_verdict,
    own_suspicion_of,
)

__all__ = [
    "NAMES", "NO_CONTROLS", "OF_ANY_FORM", "RULES_PATH", "SCHEMA", "SHARDS", "AccountProfile", "Assessment",
    "Controls", "Curve", "Decision", "Effect", "FirstUses", "MerchantProfile", "Mode", "PaymentControls",
    "Place", "Population", "ProfileError", "Quantities", "Reason", "RiskPopulation", "Rules", "RulesError",
    "Sample", "Scorer", "Sharing", "Standing", "Transaction", "Verdict", "View", "apply_verdict",
    "load_rules", "log_odds_of", "new_places", "own_suspicion_of", "parse_rules", "probability_of",
    "shard_of",
]  # fmt: skip
