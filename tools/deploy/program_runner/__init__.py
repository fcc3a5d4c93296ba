"""Runs the layers' unmodified Pulumi programs in this process: on a cloud, or to see what they register."""
