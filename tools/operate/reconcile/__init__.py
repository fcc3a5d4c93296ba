"""`make reconcile`: find stored transactions without a decision, and alerts without a record or mail."""
