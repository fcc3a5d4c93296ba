"""What people hand in and are handed: the one reader of files of transactions, and outputs written whole."""
