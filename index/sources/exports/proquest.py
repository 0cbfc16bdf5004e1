"""ProQuest: documents between lines of underscores, each with labelled fields, the text under "Full text:"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pullquote.index.sources.exports.lines import Story, day_in, language_code, with_own_lines, without_empty
from pullquote.index.sources.files import Unreadable

_RULE = re.compile(r"_{20,}|\*{20,}")
_COUNTER = re.compile(r"Document \d+ of \d+", re.IGNORECASE)
_NUMBER = re.compile(r"ProQuest document ID:\s*(?P<number>\d+)", re.IGNORECASE)

_NOT_KEPT = (
    "subject", "location", "people", "company / organization", "company", "publication subject", "publisher",
    "publication year", "place of publication", "country of publication", "issn", "source type", "document type",
    "document feature", "copyright", "last updated", "database", "links", "business indexing term",
    "identifier / keyword", "column", "edition", "classification", "publication frequency", "volume", "issue",
    "illustration", "number of pages",
)  # fmt: skip
# By what they are called here; None: not kept.
_LABELS: dict[str, str | None] = {
    "title": "title",
    "author": "authors",
    "authors": "authors",
    "publication title": "outlet",
    "publication date": "published",
    "publication info": "publication_info",
    "full text": "text",
    "abstract": "abstract",
    "section": "section",
    "first page": "printed_page",
    "pages": "printed_page",
    "document url": "proquest_url",
    "proquest document id": "document",
    "language of publication": "language",
    "credit": "credit",
    "dateline": "dateline",
    **dict.fromkeys(_NOT_KEPT),
}
_FIELD = re.compile(rf"(?P<label>{'|'.join(_LABELS)})\s*:\s*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_MARK = re.compile(rf"(?:{_RULE.pattern}|{_COUNTER.pattern})$|{_FIELD.pattern}", re.IGNORECASE | re.DOTALL)

# "Sallow Courier ; Sallowmere [Sallowmere]04 Feb 2031: A.1."
_INFO = re.compile(r"(?P<outlet>[^;\[]+?)\s*[;,\[](?:.*\])?\s*(?P<rest>.*)", re.DOTALL)
_INFO_DAY = re.compile(r"\d{1,2} [^\W\d_]{3,12} \d{4}")
_NO_TEXT = re.compile(r"(?:not available|none available|full text (?:is )?not available)[.\s]*", re.IGNORECASE)


def looks_like(paragraphs: Sequence[str]) -> bool:
    """Return whether these are paragraphs of an export of ProQuest."""
    return any(map(_NUMBER.match, with_own_lines(paragraphs, _MARK)))


def stories(paragraphs: Sequence[str]) -> list[Story | str]:
    """Return each document as a record, or as the reason why it can't be used.

    Raises:
        Unreadable: no document can be told from the next.
    """
    lines = with_own_lines(paragraphs, _MARK)
    chunks = _cut(lines, _RULE)
    if len(chunks) == 1:
        chunks = _cut(lines, _COUNTER)
    found: list[Story | str] = []
    for chunk in chunks:
        numbers = sum(map(bool, map(_NUMBER.match, chunk)))
        if numbers > 1:
            raise Unreadable(
                "looks like an export of ProQuest, but the place where one article ends isn't marked in it"
            )
        if numbers:
            found.append(_story(chunk))
    return found


def _cut(lines: Sequence[str], mark: re.Pattern[str]) -> list[list[str]]:
    chunks: list[list[str]] = [[]]
    for line in lines:
        if mark.fullmatch(line):
            chunks.append([])
        else:
            chunks[-1].append(line)
    return chunks


def _story(lines: Sequence[str]) -> Story | str:
    story: Story = {"export": "ProQuest"}
    body: list[str] = []
    label = ""
    plain: list[str] = []
    for line in lines:
        field = _FIELD.match(line)
        if field:
            label = field["label"].lower()
            name = _LABELS[label]
            if label == "full text":
                body.append(field["value"].strip())
            elif name:
                story.setdefault(name, " ".join(field["value"].split()))
        elif label == "full text":
            body.append(line)
        elif not label and not _COUNTER.fullmatch(line):
            plain.append(line)
    if plain:
        story.setdefault("title", " ".join(plain[0].split()))
    _from_info(story)
    published = story.get("published")
    if isinstance(published, str):
        story["published"] = day_in(published) or published
    story["language"] = language_code(str(story.get("language", "")))
    story["text"] = "\n\n".join(paragraph for paragraph in body if paragraph)
    if not story["text"] or _NO_TEXT.fullmatch(str(story["text"])):
        return "is a document of ProQuest without its full text"
    return without_empty(story)


def _from_info(story: Story) -> None:
    """Take outlet and day from the one line that holds both, where they have none of their own."""
    info = story.pop("publication_info", None)
    found = _INFO.fullmatch(info) if isinstance(info, str) else None
    if not found:
        return
    story.setdefault("outlet", found["outlet"].strip())
    day = _INFO_DAY.search(str(info))
    if day:
        story.setdefault("published", day[0])
