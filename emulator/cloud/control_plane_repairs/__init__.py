"""What moto 5.2.5 forgets or cannot change, where the provider must read back what a program set.

Each module repairs one group of services; nothing here moves events (that is `emulator.cloud.repairs`).
"""
