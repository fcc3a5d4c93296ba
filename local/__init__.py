"""The embedded AWS: the provider, the engine, the emulator and its data plane, the demo."""
