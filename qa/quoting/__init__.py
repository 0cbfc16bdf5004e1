"""The printed sentence: which one answers, who says it, where it links to."""
