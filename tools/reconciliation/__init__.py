"""Whether every transaction was decided and every alert told, from the tables themselves.

`make reconcile` and the balance of the demo are this code.
"""
