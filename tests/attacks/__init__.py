import tools  # noqa: F401 - it lets Ctrl-C end `python -m tests.attacks` while that is being imported
