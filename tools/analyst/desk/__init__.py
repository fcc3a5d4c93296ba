"""`make desk`: the analyst's page, for one person on loopback, with that person's own AWS credentials.

```
guard    who may talk to it: token, Host, Origin, form token, headers
model    the alerts of the last days, kept up to date by queries of the index
filters  which of them, in which order
actions  verdicts with a moment to take them back; lists, snoozes, rules
views/   what each page shows, as plain data; templates/ how
```
"""
