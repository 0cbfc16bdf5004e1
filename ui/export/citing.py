"""Citations to paste elsewhere: plain, APA, Markdown. Text, not HTML: escape it before it is shown on a page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from urllib.parse import quote

from pullquote.answers import Citation
from pullquote.printable import one_line
from pullquote.ui.wording import around_span, byline, day, web_link

# What CommonMark, its GitHub dialect and pandoc give a meaning in the middle of a line...
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~^${}@#&!]|(?<=[a-zA-Z]):(?=//)|(?<=\bwww)\.", re.IGNORECASE)
# ... and only at its beginning: lists, headings' underlines, definitions.
_MARKDOWN_OPENING = re.compile(r"^(\d{1,9})([.)])|^([-+=:%]|\.{3})")
# Everything that may stand in an address as it is; the rest is percent-encoded. "%" stays: it is encoded already.
_ADDRESS = "%/:?#[]@!$&'()*+,;=~-._"

# A byline of these is an organisation's or a desk's, which has no first name to abbreviate.
_GROUP = re.compile(
    r"\b(?:staff|press|agenc(?:y|ies)|news(?:room|wire|desk|paper)?|board|team|desk|bureau|editors?|editorial|reporters?|"
    r"correspondents?|contributors?|writers?|service|network|media|group|association|society|university|institute|"
    r"reuters|afp|ap|upi|dpa|efe|ansa|bbc|cnn|npr|pa|online|tv|radio|post|times|daily|weekly|journal|gazette|courier|"
    r"herald|tribune|magazine|the|and|of|for|with|from|in)\b",
    re.IGNORECASE,
)
_PARTICLES = {
    *("von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "el", "al", "bin"),
    *("ibn", "ter", "ten", "zu", "zur", "af", "av"),
}
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d|esq)\.?$", re.IGNORECASE)
_MAX_NAME_WORDS = 6
# APA 7, section 8.17 and 9.8: with 21 authors or more, the first 19 and the last are named.
_MAX_NAMED, _NAMED_OF_MANY = 20, 19


def plain(citation: Citation) -> str:
    """Return the sentence in quotation marks and, in parentheses, who printed it, where and when."""
    title = one_line(citation.title)
    source = [
        _names(citation.authors),
        f"“{title}”" if title else "",
        one_line(citation.outlet or ""),
        day(citation.published),
        web_link(citation.url) or "",
    ]
    known = ", ".join(part for part in source if part)
    return f"“{_sentence(citation)}”" + (f" ({known})" if known else "")


def apa(citation: Citation) -> str:
    """Return the reference as APA 7 has it for a newspaper article, without its italics.

    The headline stays as printed: which of its words are names can't be told. Without an author the headline
    takes the author's place, without a day stands "n.d.", without a headline the description "[News article]".

    Source: Publication Manual of the American Psychological Association, 7th edition, sections 9.7-9.44 and
    10.1, example 16.
    """
    title = one_line(citation.title) or "[News article]"
    authors = _apa_authors(citation.authors)
    when = f"({_apa_day(citation.published)})."
    parts = [
        *([_ended(authors), when, _ended(title)] if authors else [_ended(title), when]),
        _ended(one_line(citation.outlet or "")),
        web_link(citation.url) or "",
    ]
    return " ".join(part for part in parts if part)


def markdown_quote(citation: Citation) -> str:
    """Return the sentence as a Markdown block quote, the span in bold, with its source below.

    Nothing of the article is markup there: it renders as the letters that were printed.
    """
    before, span, after = (_inner(part) for part in around_span(citation))
    # Emphasis doesn't open or close at white space.
    bold = f"{_lead(span)}**{_escaped(span.strip())}**{_trail(span)}" if span.strip() else _escaped(span)
    quoted = _opening_escaped(f"{_escaped(before)}{bold}{_escaped(after)}".strip())
    title = one_line(citation.title) or one_line(citation.outlet or "") or one_line(citation.article_id)
    outlet = one_line(citation.outlet or "") if one_line(citation.title) else ""
    source = [
        _escaped(_names(citation.authors)),
        markdown_link(title, citation.link or citation.url),
        f"*{_escaped(outlet)}*" if outlet else "",
        day(citation.published),
    ]
    return f"> {quoted}\n>\n> — {', '.join(part for part in source if part)}"


def escape_markdown(text: str) -> str:
    """Return text on one line that renders as itself wherever Markdown stands, at a line's beginning, too."""
    return _opening_escaped(_escaped(one_line(text)))


def markdown_link(label: str, link: str | None) -> str:
    """Return a Markdown link; the label alone where `link` is no http or https address."""
    address = web_link(link)
    shown = _escaped(one_line(label))
    if not address:
        return shown
    return f"[{shown}](<{quote(address, safe=_ADDRESS).replace('&', '&amp;')}>)"


def _escaped(line: str) -> str:
    return _MARKDOWN.sub(lambda found: "\\" + found[0], line)


def _opening_escaped(line: str) -> str:
    return _MARKDOWN_OPENING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else "\\" + found[0], line)


def _sentence(citation: Citation) -> str:
    return one_line(citation.sentence) or one_line(citation.text)


def _inner(part: str) -> str:
    """Return a part of a sentence on one line, with a space kept at either edge where it had white space."""
    return _lead(part) + one_line(part) + (_trail(part) if part.strip() else "")


def _lead(part: str) -> str:
    return " " if part[:1].isspace() else ""


def _trail(part: str) -> str:
    return " " if part[-1:].isspace() else ""


def _names(authors: Sequence[str]) -> str:
    return byline([name for name in map(one_line, authors) if name]).removeprefix("By ")


def _ended(part: str) -> str:
    """Return a part of a reference with a full stop, unless it ends in a mark of its own."""
    return part if not part or part[-1] in ".?!" else part + "."


def _apa_day(value: dt.date | None) -> str:
    return f"{value.year}, {value:%B} {value.day}" if value else "n.d."


def _apa_authors(authors: Sequence[str]) -> str:
    names = [name for name in (_apa_name(one_line(author)) for author in authors) if name]
    if len(names) > _MAX_NAMED:
        return ", ".join(names[:_NAMED_OF_MANY]) + f", . . . {names[-1]}"
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + f", & {names[-1]}"


def _apa_name(name: str) -> str:
    """Return "Amaro, I." for "Ines Amaro"; organisations and single names as they are."""
    name = re.sub(r"^by\s+", "", name, flags=re.IGNORECASE).strip()
    words = name.replace(",", " , ").split()
    if not 2 <= len(words) <= _MAX_NAME_WORDS or _GROUP.search(name) or re.search(r"[\d@<>/|]", name):
        return name
    suffix = ""
    if _SUFFIX.match(words[-1]):
        suffix = f", {words.pop()}"
        if words[-1] == ",":
            words.pop()
    if "," in words:  # "Amaro, Ines" stands the right way round already
        at = words.index(",")
        family, given = words[:at], words[at + 1 :]
    else:
        first = len(words) - 1
        while first > 1 and words[first - 1].lower() in _PARTICLES:
            first -= 1
        given, family = words[:first], words[first:]
    if not given or not family:
        return name
    return f"{' '.join(family)}, {' '.join(map(_initial, given))}{suffix}"


def _initial(given: str) -> str:
    """Return "J." for "John", "J.-L." for "Jean-Luc", and particles as they are."""
    if given.lower() in _PARTICLES:
        return given
    if re.fullmatch(r"(?:\w\.)+", given):  # "J.R.R." has an initial for each name
        return " ".join(f"{letter}." for letter in given.split(".") if letter)
    return "-".join(f"{part[0].upper()}." for part in given.split("-") if part)
