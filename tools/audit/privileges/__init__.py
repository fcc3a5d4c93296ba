"""``make privileges``: what each role is given against what it uses, on every path through the pipeline."""
