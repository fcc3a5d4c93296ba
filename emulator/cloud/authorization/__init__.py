"""IAM policy evaluation over the deployed policies."""
