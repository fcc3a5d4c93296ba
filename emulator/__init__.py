"""An AWS for one machine: a provider, an emulator, its data plane, and workers that run functions."""
