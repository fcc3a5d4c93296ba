"""Ingest: validates transactions posted to the API and stores each once."""
