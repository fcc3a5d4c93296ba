"""How a smoke test can fail, other than by finding nothing wrong."""


class SmokeError(RuntimeError):
    """The test could not be made: outputs, credentials or rights are missing. Says what to do."""
