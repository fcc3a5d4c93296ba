"""For who audits: what each role may do, and what each layer's deployers may."""
