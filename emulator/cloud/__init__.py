"""The emulator process: moto with its repairs, and the authorisation of each call."""
