"""Command line and chat: parse, call qa and index, show."""
