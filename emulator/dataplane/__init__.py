"""The data plane: one module for each hop, moving events along the wiring that is deployed."""
