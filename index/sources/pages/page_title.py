"""The headline that a page prints: not the name of its site, nor what it calls itself for search engines."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from pullquote.comparing_form import comparing_form

_HEADINGS = "//h1[not(ancestor::nav or ancestor::aside or ancestor::footer)]"
_LOWER_HEADINGS = "//*[self::h2 or self::h3][not(ancestor::nav or ancestor::aside or ancestor::footer)]"
_HIDDEN = re.compile(
    r"\b(?:sr-only|visually-?hidden|screen-reader[\w-]*|logo|site-?(?:title|name)|masthead)\b", re.IGNORECASE
)
_KICKERS = re.compile(r"kicker|eyebrow|overline|rubric|dachzeile|topline|label|section|category|tag\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+(?:[|\-–—:·•»«]|::|//)\s+|\s*\|\s*|(?<=[^\s\d]):\s")

_MAX_TITLE_CHARS = 400
_MAX_KICKER_CHARS = 40
_MARKS = " :|–—-•\n\t"
_MAX_HEADINGS = 200

# Of the words of a headline and of what the page calls itself, so many must be the same; below, a heading is the
# name of a section. A headline and its version for search engines share at least the name of what they are about.
_MIN_ALIKE = 0.15


def page_title(tree: Any, stated: Sequence[str], names: Sequence[str]) -> str:
    """Return the headline that a page prints or, where none is printed, the first title that it states.

    Args:
        tree: the page.
        stated: what it calls itself, the surest first: `og:title`, the headline of its JSON-LD, `<title>`.
        names: names of its site, which are no part of a headline: the outlet, its host.
    """
    hints = [hint for hint in (without_site(" ".join(title.split()), names) for title in stated) if hint]
    forms = [comparing_form(hint) for hint in hints]
    sites = {_letters(name) for name in names}
    headings = [(text, element) for element in tree.xpath(_HEADINGS)[:_MAX_HEADINGS] if (text := _shown(element))]
    headings = [(text, element) for text, element in headings if _letters(text) not in sites]
    for hint in forms:
        for text, _ in headings:
            if comparing_form(without_site(text, names)) == hint:
                return without_site(text, names)
    best = max(headings, key=lambda heading: _alike_any(heading[0], forms), default=None)
    if best and (not forms or _alike_any(best[0], forms) >= _MIN_ALIKE):
        return without_site(best[0], names)
    for element in tree.xpath(_LOWER_HEADINGS)[:_MAX_HEADINGS]:
        if (text := _shown(element)) and _is_stated(comparing_form(text), forms):
            return text
    article = next((text for text, element in headings if " " in text and _in_article(element)), "")
    return article or (hints[0] if hints else "")


def without_site(title: str, names: Sequence[str]) -> str:
    """Return a title without the name of its site before or behind it.

    >>> without_site("Ferry sails again | The Harbour Post", ["Harbour Post"])
    'Ferry sails again'
    """
    sites = {_letters(name) for name in names if _letters(name)}
    for _ in range(3):
        breaks = list(_BETWEEN.finditer(title))
        if not breaks:
            break
        first, last = breaks[0], breaks[-1]
        before, behind = title[: first.start()], title[last.end() :]
        if _letters(behind) in sites and _is_site(behind, last[0]):
            title = title[: last.start()].strip()
        elif _letters(before) in sites and _is_site(before, first[0]):
            title = title[first.end() :].strip()
        else:
            break
    return title


def _is_site(name: str, between: str) -> bool:
    """Return whether a site is named before this break and not a town: "Brask: mayor resigns"."""
    return between.strip() != ":" or " " in name.strip()


def site_names(outlet: str, host: str) -> list[str]:
    """Return the ways in which a page may write the name of its site."""
    names = [outlet, re.sub(r"\.(?:com|org|net|co|news|example|[a-z]{2})$", "", outlet, flags=re.IGNORECASE), host]
    labels = host.split(".")
    names.append(".".join(labels[:-1]))
    if len(labels) > 1:
        names.append(max(labels[:-1], key=len))
    return [name for name in dict.fromkeys(names) if name]


def split_kicker(tree: Any, stated: Sequence[str]) -> None:
    """Give the kicker within a page's headline a line of its own above it, in place.

    A kicker is what an element at the beginning of the headline holds, where that is named so, or where the rest of
    the headline is what the page calls itself.
    """
    forms = {comparing_form(title) for title in stated}
    for heading in tree.xpath(_HEADINGS)[:_MAX_HEADINGS]:
        first = heading[0] if len(heading) else None
        if first is None or (heading.text or "").strip() or not isinstance(first.tag, str) or first.tag == "br":
            continue
        words, whole = _text(first), _text(heading)
        rest = whole[len(words) :].strip(_MARKS)
        named = _KICKERS.search(first.get("class") or "")
        if not words or len(words) > _MAX_KICKER_CHARS or not rest or not (named or comparing_form(rest) in forms):
            continue
        line = copy.copy(first)
        line.tag, line.tail = "p", None
        heading.text = (first.tail or "").lstrip(_MARKS)
        heading.remove(first)
        while not heading.text.strip() and len(heading) and not _text(heading[0]).strip(_MARKS):
            heading.text = (heading[0].tail or "").lstrip(_MARKS)
            heading.remove(heading[0])
        heading.addprevious(line)


def is_stated(title: str, stated: Sequence[str]) -> bool:
    """Return whether a page calls itself by a printed headline, with or without the name of its site behind it."""
    return _is_stated(comparing_form(title), [comparing_form(other) for other in stated])


def _is_stated(heading: str, forms: Sequence[str]) -> bool:
    """Return whether a page calls itself by this heading, with or without something behind a bar or a dash."""
    return any(form == heading or (form.startswith(heading) and _BETWEEN.match(form, len(heading))) for form in forms)


def _shown(heading: Any) -> str:
    if _HIDDEN.search(f"{heading.get('class') or ''} {heading.get('id') or ''}"):
        return ""
    text = _text(heading)
    return text if len(text) <= _MAX_TITLE_CHARS else ""


def _text(element: Any) -> str:
    """Return an element's words, with a space where a child begins: children of headlines are often blocks."""
    return " ".join(" ".join(element.itertext()).split())


def _in_article(element: Any) -> bool:
    return any(ancestor.tag in ("article", "main") for ancestor in element.iterancestors())


def _alike_any(heading: str, forms: Sequence[str]) -> float:
    return max((_alike(comparing_form(heading), form) for form in forms), default=0.0)


def _alike(one: str, other: str) -> float:
    """Return how much of their words two titles share, 0 to 1; characters stand for words in scripts without spaces."""
    first, second = (set(_words(text)) for text in (one, other))
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def _words(text: str) -> list[str]:
    words = re.findall(r"\w+", text)
    return [part for word in words for part in ([word] if word.isascii() or len(word) < 8 else word)]


def _letters(name: str) -> str:
    """Return the letters and digits of a name, without "the" and "www"."""
    return "".join(re.findall(r"\w+", re.sub(r"^(?:the\s+|www\.)", "", comparing_form(name))))
