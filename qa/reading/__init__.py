"""Questions and passages to scored spans: the readers, their weights and their arithmetic."""
