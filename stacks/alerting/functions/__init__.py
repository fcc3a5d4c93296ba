"""The functions of the alerting layer, one folder each."""
