"""What a person types and sees of any command: make's words, its errors, its interrupts."""
