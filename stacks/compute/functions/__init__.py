"""The functions of the compute layer, one folder each."""
