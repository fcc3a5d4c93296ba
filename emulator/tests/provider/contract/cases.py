"""One case or more for each resource type that the programs use."""

from emulator.tests.provider.contract.api import API
from emulator.tests.provider.contract.events import EVENTS
from emulator.tests.provider.contract.functions import FUNCTIONS
from emulator.tests.provider.contract.network import NETWORK
from emulator.tests.provider.contract.operations import OPERATIONS
from emulator.tests.provider.contract.stores import STORES

CASES = (*NETWORK, *STORES, *FUNCTIONS, *API, *EVENTS, *OPERATIONS)
