"""Export (`make export`) and erase (`make erase`) an account's personal data."""
