"""The outlets and authors of an archive: what a filter may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from pullquote import arguments
from pullquote.comparing_form import name_form
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.printable import one_line


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names of one generation.

    Attributes:
        generation: a published one.
        printed: "outlet" and "author" to the names as they are printed.
        forms: likewise, to the names as they are compared.
    """

    generation: int
    printed: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, generation: int, bylines: Iterable[tuple[object, str | None, tuple[str, ...]]]) -> Self:
        """Return the names in (day, outlet, authors) of all articles."""
        outlets: dict[str, None] = {}
        authors: dict[str, None] = {}
        for _, outlet, byline in bylines:
            if outlet:
                outlets[outlet] = None
            authors.update(dict.fromkeys(byline))
        printed = {"outlet": tuple(outlets), "author": tuple(authors)}
        return cls(generation, printed, {what: frozenset(map(name_form, names)) for what, names in printed.items()})

    def check(self, filters: Filters) -> None:
        """Do nothing if all outlets and authors of filters are there.

        Raises:
            InputError: one isn't; names it, and the one most like it.
        """
        for what, asked in (("outlet", filters.outlets), ("author", filters.authors)):
            for name in asked:
                if name_form(name) not in self.forms[what]:
                    like = arguments.nearest(name, self.printed[what])
                    hint = f"; did you mean {like!r}?" if like else "."
                    raise InputError(f"There is no {what} {one_line(name)[:80]!r} in this archive{hint}")
