"""Page furniture: what of a page is not the article."""
