"""What the deploy pipeline asks of the repository: which layers a change touches, and which are to deploy."""
