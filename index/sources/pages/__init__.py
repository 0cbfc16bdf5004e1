"""A saved web page taken apart: what it states of itself, what of it is the article, and what it is if it is none."""
