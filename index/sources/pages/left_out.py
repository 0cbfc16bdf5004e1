"""How much of what a page prints or states was not taken as its article: said, since nothing is left out in silence."""

from __future__ import annotations

from typing import Any

from pullquote.index.sources.formats.markup import has_markup, paragraphs
from pullquote.index.sources.pages.layout import body_paragraphs, paragraph_elements
from pullquote.index.sources.pages.linked_data import Facts

# Teasers and captions make up some hundred characters of a page; a body that was cut short lacks more than this,
# and more than this share of what was taken.
_MIN_MISSING_CHARS = 500
_MIN_MISSING_SHARE = 0.3

# Paragraphs that are no line of the text are looked for within it, so many: each search reads all of the text.
_MAX_SEARCHED = 500

_WHOLE_REGIONS = {"article", "main", "body"}


def left_out(text: str, tree: Any, facts: Facts) -> str:
    """Return a note where a page holds much more than the text that was taken; "" where it doesn't."""
    missing = _missing(text, tree)
    count, chars = len(missing), sum(map(len, missing))
    if _is_much(chars, text):
        return (
            f"is stored without {count:,} paragraphs of its page ({chars:,} characters beside the {len(text):,} stored)"
        )
    stated = len(_plain_body(facts))
    if _is_much(stated - len(text), text):
        return f"is stored with {len(text):,} characters; its page states an article of {stated:,}"
    return ""


def more_complete(text: str, other: str, tree: Any, facts: Facts) -> str:
    """Return the other of two texts of a page where it holds what the first leaves out and little beside it."""
    missing = sum(map(len, _missing(text, tree)))
    still = sum(map(len, _missing(other, tree)))
    gained = len(other) - len(text)
    if missing:
        return other if still < missing / 2 and gained <= 1.3 * (missing - still) + _MIN_MISSING_CHARS else text
    stated = len(_plain_body(facts))
    return other if abs(stated - len(other)) < abs(stated - len(text)) else text


def _missing(text: str, tree: Any) -> list[str]:
    taken = {"".join(line.split()) for line in text.split("\n")}
    printed = body_paragraphs(_region(tree, taken))
    missing = [part for part in dict.fromkeys(printed) if "".join(part.split()) not in taken]
    stored = "".join(text.split())
    return [part for part in missing[:_MAX_SEARCHED] if "".join(part.split()) not in stored] + missing[_MAX_SEARCHED:]


def _region(tree: Any, taken: set[str]) -> Any:
    """Return the element that holds the paragraphs that were taken and what stands right beside them.

    Further away on a page stand its readers' comments and other stories.
    """
    found = [element for element, text in paragraph_elements(tree) if "".join(text.split()) in taken]
    if not found:
        return tree
    around = set(found[0].iterancestors())
    region = next((ancestor for ancestor in found[-1].iterancestors() if ancestor in around), tree)
    parent = region.getparent()
    return region if parent is None or region.tag in _WHOLE_REGIONS else parent


def _plain_body(facts: Facts) -> str:
    return paragraphs(facts.body) if has_markup(facts.body) else facts.body


def _is_much(chars: int, text: str) -> bool:
    return chars >= _MIN_MISSING_CHARS and chars >= _MIN_MISSING_SHARE * len(text)
