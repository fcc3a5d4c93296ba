"""`python -m emulator.provider`: print the supported resource types, one per line."""

from emulator.provider.registry import RESOURCES

if __name__ == "__main__":
    print(*sorted(RESOURCES), sep="\n")
