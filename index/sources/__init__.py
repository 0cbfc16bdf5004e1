"""Sources: from the files that a user names to articles, with a reason for everything left out.

>>> for source in discover(["clippings/"]):                                     # doctest: +SKIP
...     for article in read_articles(source): ...
"""

from pullquote.index.sources.discovery import discover
from pullquote.index.sources.files import SourceFile, file_hash
from pullquote.index.sources.reading import read_articles

__all__ = ["SourceFile", "discover", "file_hash", "read_articles"]
