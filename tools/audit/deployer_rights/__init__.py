"""What the owner of each layer may do in AWS to deploy it: policies made from what the layer registers."""
