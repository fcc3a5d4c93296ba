"""What is kept of people: `make export` writes it to a file, `make erase` removes it and keeps evidence."""
