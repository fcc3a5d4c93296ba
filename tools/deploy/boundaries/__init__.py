"""The permissions boundary of every role, as files that people review, and as policies of an account."""
