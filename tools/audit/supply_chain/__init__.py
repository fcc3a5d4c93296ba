"""What comes from others: bills of materials, known vulnerabilities; and what must not go out: secrets."""
