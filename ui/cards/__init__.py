"""The conversation's answers as HTML."""
