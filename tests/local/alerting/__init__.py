"""Alerting as it runs in the emulator."""
