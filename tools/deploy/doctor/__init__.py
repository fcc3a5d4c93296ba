"""`make doctor ENV=dev`: what a deployment needs, checked before it can fail half-way."""
