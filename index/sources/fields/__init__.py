"""Fields of an article as sources write them: dates, bylines, headlines."""
