"""Drives the Pulumi CLI: verbs in the order of the layers, guards that it lacks, what mends a broken run."""
