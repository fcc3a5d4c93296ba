"""The demo: transactions with known frauds, sent through the deployed pipeline and followed to the mail."""
