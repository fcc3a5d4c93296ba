"""Smoke test of a deployed environment: one synthetic fraud, followed from the POST to the mail.

`python -m tools.operate.smoke ENV --outputs FILE` is the command; docs/runbooks/smoke-test.md is how
to use it.
"""
