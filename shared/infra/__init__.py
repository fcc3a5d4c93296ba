"""Building blocks of the layers: names, contracts, references, policies, components."""
