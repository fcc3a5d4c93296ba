"""What becomes of a stack whose run was killed: nothing is made twice, nothing is left behind."""
