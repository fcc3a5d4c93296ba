"""What became of every transaction: evidence from each hop, counted, compared and shown."""
