"""Training the reader with the project's own script."""
