"""The life of every layer by its deployers: deploy, correct, look for drift, preview, destroy."""

import contextlib
import io
import time
from collections.abc import Callable, Iterable, Iterator

from emulator.process import EmulatorProcess
from shared.infra.layers import deployment_order, destroy_order
from tools.audit.deployer_rights.deployer import Duty
from tools.audit.privileges import unseen
from tools.audit.privileges.account import LOCAL_PROVIDER_READS, Account
from tools.audit.privileges.comparison import Comparison, compare
from tools.audit.privileges.correcting import correct
from tools.audit.privileges.grants import Grant, grants_of
from tools.audit.privileges.stage import PathError
from tools.audit.privileges.uses import Use, uses
from tools.local.engine.teardown import refresh_layer

Say = Callable[[str], None]


def play(process: EmulatorProcess, say: Say) -> Comparison:
    """Let every deployer live its layer's life on an emulator that the caller stops, and compare.

    Args:
        process: Not started yet, with ``--record-evaluations``.
        say: Told what is done.

    Raises:
        PathError: A role could not do what it is for; or what is said of rights without use is no longer so.
        ProcessError: The emulator did not start.
    """
    process.start()
    account = Account(process.run_directory, process.wait_until_ready())
    raise_up(account, say)
    take_down(account, say)
    return compared(account, uses(process.run_directory))


def raise_up(account: Account, say: Say) -> None:
    """Deploy, correct, compare and preview each layer.

    Raises:
        PathError: A role could not do what it is for.
        ProviderError: A resource could not be corrected.
    """
    for layer in (each.name for each in deployment_order()):
        began = time.monotonic()
        deploys = account.take_on(layer)
        _done(account.deploy(layer, deploys))
        correct(account, layer, deploys)
        _done(account.deploy(layer, deploys))
        _done(account.run("drift", layer, account.take_on(layer, Duty.DRIFT)))
        looks = account.take_on(layer, Duty.LOOK)
        with contextlib.redirect_stdout(io.StringIO()):
            refresh_layer(account.store, looks, layer)
        _done(account.run("preview", layer, looks))
        say(f"{time.monotonic() - began:6.1f} s  {layer} by its deployers: deployed, corrected, looked at")


def take_down(account: Account, say: Say) -> None:
    """Destroy each layer.

    Raises:
        PathError: A deployer could not.
    """
    for layer in (each.name for each in destroy_order()):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            code = account.destroy(layer, account.take_on(layer))
        _done((code, told.getvalue()))
    say("all layers destroyed by their deployers")


def compared(account: Account, seen: Iterable[Use]) -> Comparison:
    """Return what deployers are given against what they were seen to use, but what is named as unseen.

    Raises:
        PathError: What is named has been seen, or nobody has it.
    """
    asked = [use for use in seen if use.action not in LOCAL_PROVIDER_READS]
    found = compare(given(account), asked)
    if idle := unseen.idle(grant for grants in found.excess.values() for grant in grants):
        raise PathError(f"take out of {unseen.__name__} what is no longer so: {sorted(idle)}")
    return found.excusing(unseen.of)


def given(account: Account) -> Iterator[Grant]:
    """Yield what each deployer is given."""
    for layer in deployment_order():
        for duty in Duty:
            deployer = account.deployer(layer.name, duty)
            yield from grants_of(deployer.role_name, deployer.policies)


def _done(ran: tuple[int, str]) -> None:
    code, told = ran
    if code:
        raise PathError(told)
