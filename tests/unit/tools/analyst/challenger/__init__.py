"""The challenger: the additive scorecard that is to replace the rules in force."""
