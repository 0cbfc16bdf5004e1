"""Gold sets: questions, what counts as right, and the archives they are asked of."""
