"""The table of profiles, as the functions that use it share it; a package that their zips carry."""
