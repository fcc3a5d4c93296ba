"""Replays labelled history through the detector's own scorer, and says how well it did."""
