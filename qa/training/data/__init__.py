"""What trainings learn from, as rows and as batches."""
