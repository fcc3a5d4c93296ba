"""`make reconcile`: every stored transaction decided, every alert recorded and mailed; the rest is named."""
