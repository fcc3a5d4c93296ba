"""Why a file is not taken, or not written."""


class SourceError(Exception):
    """A file as a whole cannot be read; the message says what to change."""


class OutputError(Exception):
    """A file cannot be written where it is asked for; nothing has been changed."""
