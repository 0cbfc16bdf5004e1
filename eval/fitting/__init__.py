"""Fitting what ranks answers and says how sure they are."""
