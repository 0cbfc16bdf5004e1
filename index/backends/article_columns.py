"""Facts of articles as columns, by rowid: what filters ask for. They are kept in memory, or mapped from a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import numpy as np
import numpy.typing as npt

from pullquote.comparing_form import name_form
from pullquote.index.storage.database import ArticleFacts
from pullquote.index.storage.mapped_files import Arrays

Mask = npt.NDArray[np.bool_]
# Rows that a table of articles is grown by, at least.
_LEAST_GROWTH = 1024


class Names:
    """Different names as they are printed, each with a number."""

    def __init__(self, printed: Iterable[str] = ()) -> None:
        self.printed = list(printed)
        self._numbers = {name: number for number, name in enumerate(self.printed)}
        self._forms: list[str] = []

    def number(self, name: str) -> int:
        """Return the number of a name, a new one where it wasn't known."""
        found = self._numbers.setdefault(name, len(self.printed))
        if found == len(self.printed):
            self.printed.append(name)
        return found

    def like(self, names: Iterable[str]) -> npt.NDArray[np.int32]:
        """Return the numbers of the names that are the same as one of these to who compares names."""
        wanted = set(map(name_form, names))
        self._forms += map(name_form, self.printed[len(self._forms) :])
        return np.array([number for number, form in enumerate(self._forms) if form in wanted], dtype=np.int32)


class ArticleColumns:
    """What filters ask of articles: the day, the outlet, the authors, and whether the article is live."""

    def __init__(self) -> None:
        # Rowids begin at 1. The arrays may be longer than the highest rowid asks for.
        self._articles = 1
        self.day = np.zeros(1, dtype=np.int32)
        self.live = np.zeros(1, dtype=np.bool_)
        self._outlet = np.zeros(1, dtype=np.int32)
        self._outlets, self._authors = Names([""]), Names()
        # Authors of article n of a mapped file: `_byline[_bylines_begin[n] : _bylines_begin[n + 1]]`.
        self._bylines_begin = np.zeros(1, dtype=np.int64)
        self._byline = np.empty(0, dtype=np.int32)
        # Authors of the others, and of those of a mapped file that were changed since.
        self._later: dict[int, tuple[int, ...]] = {}

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        """Return the columns that `arrays` gave."""
        made = cls()
        made.day, made.live, made._outlet = arrays["day"], arrays["live"], arrays["outlet"]
        made._articles = len(made.day)
        made._bylines_begin, made._byline = arrays["bylines_begin"], arrays["byline"]
        made._outlets, made._authors = (Names(_texts(arrays[name])) for name in ("outlets", "authors"))
        return made

    def put(self, facts: ArticleFacts, *, live: bool) -> None:
        """Note the facts of an article, in the place of those that were noted."""
        rowid = facts.rowid
        if rowid >= len(self.day):
            more = max(_LEAST_GROWTH, 2 * rowid) - len(self.day)
            self.day = np.concatenate([self.day, np.zeros(more, dtype=np.int32)])
            self.live = np.concatenate([self.live, np.zeros(more, dtype=np.bool_)])
            self._outlet = np.concatenate([self._outlet, np.zeros(more, dtype=np.int32)])
        self._articles = max(self._articles, rowid + 1)
        self.live[rowid] = live
        self.day[rowid] = facts.published.toordinal() if facts.published else 0
        self._outlet[rowid] = self._outlets.number(facts.outlet or "")
        authors = tuple(map(self._authors.number, facts.authors))
        if authors or rowid < len(self._bylines_begin) - 1:
            self._later[rowid] = authors
        else:
            self._later.pop(rowid, None)

    def of_outlets(self, names: Iterable[str]) -> Mask:
        """Return (articles,) bool by rowid: those of one of the outlets."""
        return np.isin(self._outlet, self._outlets.like(names))

    def of_authors(self, names: Iterable[str]) -> Mask:
        """Return (articles,) bool by rowid: those by one of the authors."""
        wanted = self._authors.like(names)
        mask = np.zeros(len(self.day), dtype=np.bool_)
        places = np.flatnonzero(np.isin(self._byline, wanted))
        mask[np.searchsorted(self._bylines_begin, places, side="right") - 1] = True
        numbers = set(wanted.tolist())
        for rowid, authors in self._later.items():
            mask[rowid] = not numbers.isdisjoint(authors)
        return mask

    def arrays(self) -> Arrays:
        """Return the columns as arrays that can be written to a file. No name is in them that no article has."""
        articles, begin = self._articles, self._bylines_begin
        known = len(begin) - 1
        lengths = np.zeros(articles, dtype=np.int64)
        lengths[:known] = np.diff(begin)
        # Between the articles that were changed or added, bylines stand in the mapped file as they are.
        parts: list[npt.NDArray[np.int32]] = []
        first = 0
        for rowid in sorted(self._later):
            parts.append(self._byline[begin[min(first, known)] : begin[min(rowid, known)]])
            parts.append(np.array(self._later[rowid], dtype=np.int32))
            lengths[rowid] = len(self._later[rowid])
            first = rowid + 1
        parts.append(self._byline[begin[min(first, known)] :])
        outlets, outlet = _in_use(self._outlets.printed, self._outlet[:articles])
        authors, byline = _in_use(self._authors.printed, np.concatenate(parts))
        return {
            "day": self.day[:articles],
            "live": self.live[:articles],
            "outlet": outlet,
            "bylines_begin": np.concatenate([[0], np.cumsum(lengths)]),
            "byline": byline,
            "outlets": _bytes(outlets),
            "authors": _bytes(authors),
        }


def _in_use(names: list[str], numbers: npt.NDArray[np.int32]) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Return the names in use, "" among them where it was the first, and the numbers that they have there."""
    used = np.unique(np.concatenate([[0], numbers]) if names[:1] == [""] else numbers)
    return [names[number] for number in used], np.searchsorted(used, numbers).astype(np.int32)


def _bytes(names: list[str]) -> npt.NDArray[np.uint8]:
    """Return names as bytes, a zero behind each. In a name, a zero is left out: no filter can name it."""
    text = "".join(name.replace("\0", "") + "\0" for name in names)
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _texts(data: npt.NDArray[np.uint8]) -> list[str]:
    return data.tobytes().decode("utf-8", "surrogatepass").split("\0")[:-1]
