"""The provider of the embedded AWS: what each resource type means there, for whichever engine drives it."""
