"""Whether an archive holds what was stored, mending it, and erasing articles from it."""
