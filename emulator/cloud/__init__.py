"""The AWS APIs: moto with corrections, and IAM authorization of each call."""
