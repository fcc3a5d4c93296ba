"""The resource provider of the emulator, for any Pulumi engine."""
