"""How every layer is built: names, contracts, references, policies, components."""
