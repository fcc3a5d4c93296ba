"""The data plane: one module per hop, moving events between the deployed resources."""
