"""Read files of transactions, and write output files atomically."""
