"""Asking a gold set, and the figures that come of it."""
