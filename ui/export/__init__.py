"""Conversations and citations to keep."""
