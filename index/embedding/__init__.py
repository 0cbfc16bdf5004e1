"""Text to vectors, and the arithmetic for it."""
