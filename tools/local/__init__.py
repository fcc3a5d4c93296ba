"""For who starts here: the project on the embedded AWS of this machine."""
