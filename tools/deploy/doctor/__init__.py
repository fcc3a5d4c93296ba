"""`make doctor ENV=dev`: check the prerequisites of a deployment."""
