"""Sources, passages, embeddings, the archive on disk, and search."""
