"""What the embedded engine reports to a person: what was wrong, where, and what to run next."""


class EngineError(Exception):
    """An operation that the engine refuses or could not finish."""


class UnknownStackError(EngineError):
    """A StackReference names a stack that was not deployed on this emulator."""


class ForeignStateError(EngineError):
    """A state that belongs to an emulator that has ended."""


class ResourceError(EngineError):
    """One resource failed; the text starts with its type and name."""

    def __init__(self, type_token: str, name: str, reason: str) -> None:
        """`reason` is the provider's own text."""
        super().__init__(f"{type_token} {name}: {reason}")
