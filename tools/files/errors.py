"""Errors of reading and writing files."""


class SourceError(Exception):
    """A file cannot be read; the message says what to change."""


class OutputError(Exception):
    """A file cannot be written; nothing was changed."""
