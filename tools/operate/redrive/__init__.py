"""Retries transactions: those of a dead-letter queue, or those of the table by time.

`python -m tools.operate.redrive ENV --queue QUEUE --outputs FILE` is the command; when and how it is used
stands in docs/runbooks/dead-letter-queues.md. Every hop knows a transaction that it has seen, so that
redriving once too often does no harm.
"""
