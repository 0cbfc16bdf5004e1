"""Searches by words alone, to see whether a follow-up's passage is found: BM25, no model loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest
from pathlib import Path

from tokenizers import Tokenizer

from pullquote.eval.benchmarks.cut_articles import articles_of
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, article_key, overlaps
from pullquote.filters import Filters
from pullquote.index.adding.adding import article_id
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage
from pullquote.index.embedding.embedder import default_model_folder
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.splitting import split_passages

_DEPTH = 100


class LexicalSearch:
    """BM25 over texts.

    Args:
        texts: each with the day on which it was printed, 0 for none.
        folder: for the index.
    """

    def __init__(self, texts: Sequence[tuple[str, int]], folder: Path) -> None:
        rows = [LexicalPassage(at, at, text, day, "", ()) for at, (text, day) in enumerate(texts)]
        self._index = LexicalIndex(folder)
        self._index.apply(rows, ())
        self._index.reload()

    def ranked(self, queries: Sequence[str], filters: Filters) -> list[int]:
        """Return the numbers of the texts found, those of several queries taken in turn, best first."""
        lists = [[row for row, _ in self._index.search(query, filters, _DEPTH)] for query in queries]
        return list(dict.fromkeys(row for rows in zip_longest(*lists) for row in rows if row is not None))


class GoldSearch:
    """BM25 over the passages of a gold set's articles, cut with the default embedder's tokenizer.

    Args:
        gold: the set.
        folder: for the index.
    """

    def __init__(self, gold: GoldSet, folder: Path) -> None:
        tokenizer = Tokenizer.from_file(str(default_model_folder() / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()

        def count(texts: Sequence[str]) -> list[int]:
            return [len(one.ids) for one in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

        self._places: list[tuple[str, int, int]] = []
        texts = []
        for article in articles_of(gold.sources):
            key = article_key(article.url, article_id(article))
            day = article.published.toordinal() if article.published else 0
            for passage in split_passages(article, furniture_ranges(article), count):
                texts.append((f"{article.title}\n{passage.text}", day))
                self._places.append((key, passage.start, passage.end))
        self._search = LexicalSearch(texts, folder)

    def rank(self, question: GoldQuestion, queries: Sequence[str]) -> int | None:
        """Return the 1-based rank of the first passage that supports the answer, or None beyond the depth."""
        found = self._search.ranked(queries, Filters(as_of=question.as_of))
        ranks = (rank for rank, row in enumerate(found, 1) if overlaps(question.spans, *self._places[row]))
        return next(ranks, None)


class AnswerSearch:
    """BM25 over the answers of conversations, each once: where no articles are at hand, they are the passages.

    Args:
        answers: of all conversations.
        folder: for the index.
    """

    def __init__(self, answers: Collection[str], folder: Path) -> None:
        self._numbers = {answer: number for number, answer in enumerate(sorted(answers))}
        self._search = LexicalSearch([(answer, 0) for answer in sorted(answers)], folder)

    def rank(self, answer: str, queries: Sequence[str], given: Collection[str]) -> int | None:
        """Return the 1-based rank of an answer, or None beyond the depth.

        Args:
            answer: to the question.
            queries: what is searched.
            given: answers that earlier turns had: they are left out.
        """
        left_out = {self._numbers[one] for one in given if one != answer and one in self._numbers}
        found = [row for row in self._search.ranked(queries, Filters()) if row not in left_out]
        return found.index(self._numbers[answer]) + 1 if self._numbers[answer] in found else None
