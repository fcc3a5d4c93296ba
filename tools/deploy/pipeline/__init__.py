"""Support for the deploy pipeline: which layers a change affects, and which to deploy."""
