"""Articles cut into passages, sentences, and passages that say the same."""
