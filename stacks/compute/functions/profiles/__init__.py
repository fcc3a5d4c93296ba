"""Access to the profiles table, shared by the detector and verdicts functions."""
