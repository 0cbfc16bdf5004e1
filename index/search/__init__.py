"""One question to ranked passages."""
