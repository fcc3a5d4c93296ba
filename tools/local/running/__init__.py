"""Starting, deploying and ending the pipeline on its own embedded AWS: `make demo` and `make local`."""
