"""What the four programs register, recorded without a cloud: nothing is deployed, nothing is asked for."""
