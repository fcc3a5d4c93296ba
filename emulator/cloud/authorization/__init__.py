"""Whether a principal may do what it asks: IAM's evaluation over the policies that are deployed."""
