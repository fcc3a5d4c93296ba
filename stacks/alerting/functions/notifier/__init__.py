"""Notifier: records each suspicious transaction and mails the security team once."""
