"""Workers that run a function's deployed zip under AWS's own runtime client."""
