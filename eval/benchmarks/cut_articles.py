"""The articles of files and folders as benchmarks read them: without an archive and without a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pullquote.articles import Article
from pullquote.index.sources import SourceFile, discover, read_articles

_WORD = re.compile(r"\w+")


def articles_of(sources: Sequence[Path]) -> Iterator[Article]:
    """Yield the articles of files and folders; what can't be read is left out."""
    for source in discover(sources):
        for article in read_articles(source) if isinstance(source, SourceFile) else ():
            if isinstance(article, Article):
                yield article


def words_as_tokens(texts: Sequence[str]) -> list[int]:
    """Return about how many tokens each text has, from its words."""
    return [int(1.3 * len(_WORD.findall(text))) for text in texts]
