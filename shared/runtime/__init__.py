"""Code shared by the functions. It never imports pulumi, and is small because every zip contains it."""
