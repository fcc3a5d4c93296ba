"""Ingest: checks a transaction that is posted to the API and stores it once."""
