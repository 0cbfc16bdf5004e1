"""Three questions to try: about what the newest articles name most, so that the archive speaks to them.

Rules on capitals and on what newspapers put beside a person's name: no tagger, no model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pullquote.index.search.kinds import MONTH_NAMES, WEEKDAY_NAMES
from pullquote.printable import one_line

if TYPE_CHECKING:
    from pullquote.articles import Article
    from pullquote.index.archive import Archive

QUESTIONS = 3
_ARTICLES = 40
# A name of two or three words in the midst of a sentence.
_PART = r"[A-Z][a-z]+(?:['’-][A-Z]?[a-z]+)?"
_NAME = rf"{_PART}(?: {_PART}){{1,2}}(?!['’]\w| [A-Z])"
_NAMED = re.compile(rf"(?<=[a-z,;] )(?:[Tt]he )?{_NAME}")
_PERSON = re.compile(rf"(?<=[a-z,;] )({_NAME})(?=, \d\d[,.]| said\b| told\b)|\bsaid ({_NAME})")
_NO_NAME = frozenset(f"{MONTH_NAMES}|{WEEKDAY_NAMES}".split("|")) | {"mr", "mrs", "ms", "miss", "dr", "sir"}


def questions_to_try(archive: Archive) -> tuple[str, ...]:
    """Return up to three questions that the archive's newest articles speak to; the same ones for the same archive."""
    return questions_about(archive.newest(limit=_ARTICLES) or archive.sample(limit=_ARTICLES))


def questions_about(articles: Sequence[Article]) -> tuple[str, ...]:
    """Return up to three questions that these articles speak to."""
    publishers = {name for article in articles for name in (article.outlet, *article.authors) if name}
    people: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    for article in articles:
        people.update({name for name in _people_of(article.text) if _is_name(name)})
        topics.update({name for name in _NAMED.findall(article.text) if _is_name(name)})
    persons = [name for name in _commonest(people) if name not in publishers]
    names = [
        name for name in _commonest(topics) if not {name, name[4:], f"The {name}"} & publishers and name not in people
    ]
    asked = [
        *(f"What is the latest on {one_line(name)}?" for name in names[:1]),
        *(f"Who is {one_line(name)}?" for name in persons[:1]),
        *(f"What did {one_line(name)} say?" for name in persons[1:2]),
        *(f"What is the latest on {one_line(name)}?" for name in names[1:QUESTIONS]),
        *(f"Who is {one_line(name)}?" for name in persons[1:QUESTIONS]),
    ]
    return tuple(dict.fromkeys(asked))[:QUESTIONS]


def _people_of(text: str) -> Iterator[str]:
    for match in _PERSON.finditer(text):
        yield match[1] or match[2]


def _is_name(name: str) -> bool:
    return not _NO_NAME & set(name.lower().split(" "))


def _commonest(counted: Counter[str]) -> list[str]:
    """Return names by the number of articles that print them; of as many, in the alphabet's order."""
    return sorted(counted, key=lambda name: (-counted[name], name))
