"""Retrievers for other frameworks: one module a framework, each an extra of its name."""
