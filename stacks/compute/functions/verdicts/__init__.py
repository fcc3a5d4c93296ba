"""Verdicts: records what an analyst decided about a transaction, and lets later scores know."""
