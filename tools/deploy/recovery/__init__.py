"""Recover stacks after a killed update: create nothing twice, leave nothing behind."""
