"""The paragraph between headline and body: printed in a place of its own, it is what extractors lose most often."""

from __future__ import annotations

from typing import Any

from pullquote.comparing_form import comparing_form
from pullquote.index.sources.fields.headline import title_line
from pullquote.index.sources.pages.layout import body_paragraphs

# A lead has a paragraph or two; what is longer between headline and body is something else.
_MAX_PARAGRAPHS = 3
_MAX_CHARS = 1_200


def with_lead(text: str, tree: Any, title: str) -> str:
    """Return the text with the lead that the page prints between its headline and the first paragraph of the text."""
    lead = _missing_lead(text, tree, title)
    if not lead:
        return text
    place = title_line(text, title)
    parts = [text[: place[1]], *lead, text[place[1] :].lstrip("\n")] if place else [*lead, text]
    return "\n\n".join(parts)


def _missing_lead(text: str, tree: Any, title: str) -> list[str]:
    wanted = comparing_form(title)
    home = next(
        (h for h in tree.iter("h1") if comparing_form(" ".join(" ".join(h.itertext()).split())) == wanted), None
    )
    if home is None or not wanted:
        return []
    stored = "".join(text.split())
    lead: list[str] = []
    for paragraph in _following(home):
        if "".join(paragraph.split()) in stored:
            return lead if sum(map(len, lead)) <= _MAX_CHARS else []
        lead.append(paragraph)
        if len(lead) > _MAX_PARAGRAPHS:
            break
    return []


def _following(heading: Any) -> Any:
    """Yield the paragraphs of running text behind a headline, in the order in which the page prints them."""
    element = heading
    while element is not None and element.tag != "body":
        for sibling in element.itersiblings():
            yield from body_paragraphs(sibling)
        element = element.getparent()
