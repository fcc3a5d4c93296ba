"""Override moto 5.2.5 where it cannot update a property or does not return it.

One module per group of services. Overrides for the data plane are in `emulator.cloud.repairs`.
"""
