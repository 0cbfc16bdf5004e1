"""`python -m pullquote` is the command line."""

from importlib import import_module

# By name: the front door imports nothing of what lies behind it.
import_module("pullquote.ui.cli.app").main()
