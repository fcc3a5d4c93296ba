"""The explicit and default provider resources of a run."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from emulator.provider.provider import Provider
from tools.local.engine.decision import Decision
from tools.local.engine.errors import EngineError
from tools.local.engine.goal import Goal
from tools.local.engine.run import Run, failure
from tools.local.engine.state import PROVIDER_TYPE, ResourceState

BUILT_IN = "pulumi"
"""The package that the engine itself provides; it is never disabled and has no settings."""
_DEFAULT = "default"
_DEFAULTS_DISABLED = "pulumi:disable-default-providers"


class Providers:
    """Configured providers by reference, `<URN>::<id>`."""

    def __init__(self, run: Run, config: Mapping[str, str], default_urn: Callable[[str, str], str]) -> None:
        """`config` is the stack's: which default providers are allowed, and how they are set.

        `default_urn(type, name)` makes the URN of a resource that no program registers.
        """
        self._run = run
        self._config = config
        self._default_urn = default_urn
        self._configured: dict[str, Provider] = {}
        self._defaults: dict[str, str] = {}
        self._lock = threading.RLock()

    def register(self, goal: Goal, old: ResourceState | None) -> ResourceState:
        """Check and configure a provider resource.

        Raises:
            ResourceError: The configuration is invalid.
        """
        started = time.monotonic()
        package = goal.type.removeprefix(PROVIDER_TYPE)
        inputs = {**goal.inputs, **({"version": goal.version} if goal.version else {})}
        provider = Provider(self._run.cloud, package)
        if package != BUILT_IN:
            if faults := provider.check_config(inputs):
                raise failure(goal, "; ".join(f"{each.property}: {each.reason}" for each in faults))
            provider.configure(inputs)
        known = old.inputs if old else {}
        changed = sorted(k for k in known.keys() | inputs.keys() if known.get(k) != inputs.get(k))
        if not goal.name.startswith(_DEFAULT):  # which the Pulumi CLI does not speak of either
            if old is None:
                self._run.note("create", goal)
            else:
                self._run.note("update" if changed else "same", goal, Decision(tuple(changed)))
        state = goal.state(id=old.id if old else str(uuid.uuid4()), inputs=inputs, outputs=dict(inputs))
        self._run.snapshot.put(state)
        with self._lock:
            self._configured[f"{state.urn}::{state.id}"] = provider
        if old is not None and changed:
            self._run.tell("update", state, started, changed)
        return state

    def get(self, reference: str) -> Provider:
        """Return the provider with a reference.

        Raises:
            EngineError: The provider was not registered.
        """
        with self._lock:
            try:
                return self._configured[reference]
            except KeyError:
                raise EngineError(f"provider {reference} is not registered") from None

    def default(self, package: str, version: str, register: Callable[[Goal], ResourceState]) -> str:
        """Return the reference of a package's default provider, registered on first use.

        Raises:
            EngineError: Default providers are disabled.
        """
        disabled = json.loads(self._config.get(_DEFAULTS_DISABLED, "[]"))
        if package != BUILT_IN and (package in disabled or "*" in disabled):
            raise EngineError(f"default provider for {package!r} disabled: pass an explicit provider")
        name = f"{_DEFAULT}_{version.replace('.', '_')}" if version else _DEFAULT
        with self._lock:
            key = f"{package} {name}"
            if key not in self._defaults:
                state = register(self._default_goal(package, name, version))
                self._defaults[key] = f"{state.urn}::{state.id}"
            return self._defaults[key]

    def _default_goal(self, package: str, name: str, version: str) -> Goal:
        prefix = f"{package}:"
        settings: dict[str, Any] = {
            key.removeprefix(prefix): value for key, value in self._config.items() if key.startswith(prefix)
        }
        type_token = f"{PROVIDER_TYPE}{package}"
        return Goal(
            urn=self._default_urn(type_token, name),
            type=type_token,
            name=name,
            custom=True,
            inputs=settings if package != BUILT_IN else {},
            version=version,
        )
