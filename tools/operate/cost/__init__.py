"""What an environment costs a month, by service and layer: measured use times the prices of a dated file."""
