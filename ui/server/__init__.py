"""Serving the chat and the API: who may come in, and how much one visitor may ask."""
