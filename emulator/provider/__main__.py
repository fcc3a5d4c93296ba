"""`python -m emulator.provider`: the resource types that the embedded AWS can create, one a line."""

from emulator.provider.registry import RESOURCES

if __name__ == "__main__":
    print(*sorted(RESOURCES), sep="\n")
