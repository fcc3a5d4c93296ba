"""Errors of the provider."""


class ProviderError(Exception):
    """The provider or the emulator refuses a request; the message says which and why."""


class UnknownTypeError(ProviderError):
    """The resource type, function or package is not supported."""


class PartialCreateError(ProviderError):
    """A resource was created but not completed; the engine must keep its id and replace it."""

    def __init__(self, resource_id: str, reason: str) -> None:
        """Keep the id of the existing resource."""
        super().__init__(reason)
        self.resource_id = resource_id
