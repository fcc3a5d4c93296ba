"""One case or more for each resource type that the programs use."""

from tests.local.tools.local.engine.contract.api import API
from tests.local.tools.local.engine.contract.events import EVENTS
from tests.local.tools.local.engine.contract.functions import FUNCTIONS
from tests.local.tools.local.engine.contract.network import NETWORK
from tests.local.tools.local.engine.contract.operations import OPERATIONS
from tests.local.tools.local.engine.contract.stores import STORES

CASES = (*NETWORK, *STORES, *FUNCTIONS, *API, *EVENTS, *OPERATIONS)
