"""Verdicts: records analysts' decisions on transactions, which affect later scores."""
