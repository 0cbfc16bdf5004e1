"""An Article that a program made, checked as the records of a file are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pullquote.articles import Article
from pullquote.index.sources.files import Unreadable
from pullquote.index.sources.record import KNOWN_KEYS, storable, to_article


def checked_article(article: object, *, source: str) -> Article:
    """Return an article as it can be stored; what had to be left out of it stands in its `notes`.

    Args:
        article: what was made.
        source: where it comes from, "" where that is no file.

    Raises:
        Unreadable: it is no `Article`, or it has no text that can be stored, or too much beside it.
    """
    if not isinstance(article, Article):
        raise Unreadable(f"is a {type(article).__name__}, not a pullquote.Article")
    notes = [note for note in article.notes if isinstance(note, str)]
    facts = {key: getattr(article, key) for key in KNOWN_KEYS}
    if not facts["url"]:
        del facts["url"]  # an address that can't be a link stands in `extra`
    extra = article.extra
    if not isinstance(extra, Mapping):
        notes.append(f"is stored without its extra, which is a {type(extra).__name__}, not a mapping")
        extra = {}
    place = article.title_in_text
    if place is not None and not _lies_in(place, article.text):
        notes.append(f"is stored without its title_in_text, {str(place)[:40]}, which is no place in its text")
        place = None
    made = to_article({**extra, **facts}, source=storable(source), title_in_text=place)
    return replace(made, notes=(*notes, *made.notes))


def _lies_in(place: object, text: str) -> bool:
    whole = isinstance(place, tuple) and len(place) == 2 and all(type(end) is int for end in place)
    return whole and 0 <= place[0] < place[1] <= len(str(text))  # type: ignore[index]
