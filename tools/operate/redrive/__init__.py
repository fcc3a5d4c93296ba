"""Retry transactions from a dead-letter queue, or from the table by time.

The command is `python -m tools.operate.redrive ENV --queue QUEUE --outputs FILE`; for its use, see
docs/runbooks/dead-letter-queues.md. Every hop is idempotent, so that redriving twice does no harm.
"""
