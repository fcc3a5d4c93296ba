"""Code that the functions share. It never imports pulumi, and is small because each function carries it."""
