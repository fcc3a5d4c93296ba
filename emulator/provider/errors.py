"""What a provider reports when it cannot do what an engine asks."""


class ProviderError(Exception):
    """A request that the provider or the emulator refuses; the text says which and why."""


class UnknownTypeError(ProviderError):
    """A resource type, function or package that this provider does not have."""


class PartialCreateError(ProviderError):
    """A resource exists now, but setting it up did not finish; the engine must keep its id and replace it."""

    def __init__(self, resource_id: str, reason: str) -> None:
        """`resource_id` is what exists."""
        super().__init__(reason)
        self.resource_id = resource_id
