"""Page furniture: which lines of an article's text are the page around it, and not the article.

Furniture is marked, never cut, so that offsets stay true. What is marked is never found by a search:
a rule that takes a paragraph of the article for furniture loses answers, one that misses a share bar
costs a little noise. Hence every rule asks for the shape of furniture (short, a fixed opening,
a fixed place) and backs off from anything that reads like reporting.

What a single line's wording shows is told in `links`, `credits` and `pitches` beside
this module; what its place shows, in `place`; here, what its neighbours show.
"""

from __future__ import annotations

import re

from pullquote.articles import Article
from pullquote.index.furniture.credits import CREDIT_RULES, is_credit
from pullquote.index.furniture.labels import LABELS, SECTIONS, SUBSCRIPTION_LABELS, WEAK_LABELS
from pullquote.index.furniture.lines import EDGES, MAX_LABEL_CHARS, REPORTING, Line, Rule, lines_of
from pullquote.index.furniture.links import is_link
from pullquote.index.furniture.pitches import PITCH_RULES, is_pitch
from pullquote.index.furniture.place import TOP_LINES, mark_top_and_end
from pullquote.index.furniture.walls import mark_wall

_MAX_UNKNOWN_PITCH_CHARS = 250  # in a block of pitches, for those that no pattern knows

# A caption is a sentence. Shorter repeated lines are entries of lists (a song nominated twice, a play on two
# evenings), scores and refrains; of lines that touch, 40 characters are enough to tell.
_MIN_REPEATED_CHARS = 80
_MIN_DOUBLED_CHARS = 40

# Of two equal paragraphs in a row, the entries of lists have one or two words or a number (a concert on two
# evenings); in 5,000 articles of RealTime QA the 13 others were captions of 10 words and more, and slogans.
_MIN_DOUBLED_WORDS = 5

_CAPTION_CREDIT = re.compile(
    r"\b(?:photo(?:graph)?s?|pictures?|images?|illustration|credit)(?: (?:by|credits?))?\s?:"
    r"|(?:/|\(|\b)(?:ap photo|getty images|getty|afp|reuters|epa|alamy|shutterstock)(?:/[\w .-]+)?\)?$",
    re.IGNORECASE,
)
_SELLS_NEWS = re.compile(r"\b(?:sign up|subscribe|newsletters?|inbox|alerts?|podcasts?|app)\b")
_SECOND_PERSON = re.compile(r"\b(?:you|your|you.re|us|our|we|we.ll)\b")


def furniture_ranges(article: Article) -> list[tuple[int, int]]:
    """Return the `[start, end)` character ranges of `article.text` that are furniture.

    They are sorted, disjoint, and cover whole lines without the line end of the last one; furniture lines
    with nothing but space between them share a range.
    """
    text = article.text
    lines = lines_of(text)
    # Of the words that rules need few occur in an article: looked for once, not line by line.
    lowered = text.lower()
    rules = [rule for rule in (*CREDIT_RULES, *PITCH_RULES) if rule[0] in lowered]
    for line in lines:
        line.marked = _by_wording(line, rules)
    mark_top_and_end(lines, article)
    _mark_share_targets(lines)
    _mark_repeated(lines, text)
    _mark_newsletter_names(lines)
    _mark_subscription_block(lines)
    if article.extra.get("isAccessibleForFree") is False:
        mark_wall(lines)
    return _merged(lines)


def is_section_label(line: str) -> bool:
    """Return whether a line is the name of a newspaper's section, as pages print it above the headline."""
    return line.strip(EDGES).lower() in SECTIONS


def _by_wording(line: Line, rules: list[Rule]) -> bool:
    """Return whether the words alone make the line furniture; `rules` are those that may hold anywhere."""
    low = line.low
    if not low:
        return not line.words  # bullets and rules only
    if len(low) <= MAX_LABEL_CHARS and (low.rstrip(":.") in LABELS or low in LABELS):
        return True
    if not any(map(str.isalnum, low)):
        return True
    opening = low.lstrip("([").split(None, 1)[0].rstrip(":,.")
    return is_link(line) or is_credit(line, opening) or is_pitch(low, opening, rules)


def _mark_share_targets(lines: list[Line]) -> None:
    """Mark runs of "Facebook", "Email", "Print" that touch other furniture, at the top or at the end."""
    position = 0
    while position < len(lines):
        stop = position
        while stop < len(lines) and lines[stop].low in WEAK_LABELS:
            stop += 1
        if stop > position:
            beside = (position > 0 and lines[position - 1].low in LABELS) or (
                stop < len(lines) and lines[stop].low in LABELS
            )
            at_edge = stop - position > 1 and (position < TOP_LINES or stop == len(lines))
            for line in lines[position:stop]:
                line.marked = line.marked or beside or at_edge
        position = max(stop, position + 1)


def _mark_repeated(lines: list[Line], text: str) -> None:
    """Mark the second and further copies of a line; both where they touch, as a caption and its repeat do."""
    seen: dict[str, int] = {}
    for position, line in enumerate(lines):
        first = seen.setdefault(line.words, position)
        if first == position:
            continue
        if _belongs_to_its_label(lines, position) and _belongs_to_its_label(lines, first):
            continue  # the same meal on two days, the same answer to two questions
        length = len(line.words)
        follows = first == position - 1
        if follows and length >= _MIN_DOUBLED_CHARS and _is_one_line_end(text[lines[first].end : line.start]):
            lines[first].marked = line.marked = True
        elif (
            length >= _MIN_REPEATED_CHARS
            or (follows and _is_sentence(line.words))
            or _CAPTION_CREDIT.search(line.words)
        ):
            line.marked = True


def _belongs_to_its_label(lines: list[Line], position: int) -> bool:
    """Return whether a line stands below a label or a question, and so says something of that."""
    above = lines[position - 1] if position else None
    return above is not None and not above.marked and (0 < len(above.low) <= MAX_LABEL_CHARS or above.low.endswith("?"))


def _is_sentence(words: str) -> bool:
    """Return whether a paragraph that is printed twice in a row can be a caption."""
    whole = words.endswith(".") or not any(map(str.isdigit, words))
    return whole and words.count(" ") >= _MIN_DOUBLED_WORDS - 1 and words[0] not in "“\"'‘"


def _is_one_line_end(between: str) -> bool:
    return between.strip(" \t") in ("\n", "\r\n", "\r")


def _mark_newsletter_names(lines: list[Line]) -> None:
    """Mark "The Morning Tide" on a line of its own beside the pitch that asks to sign up for it."""
    for position, line in enumerate(lines):
        if line.marked or not 4 <= len(line.low) <= MAX_LABEL_CHARS or " " not in line.low:
            continue
        for neighbour in lines[max(0, position - 1) : position + 2]:
            if neighbour.marked and line.low in neighbour.low and _SELLS_NEWS.search(neighbour.low):
                line.marked = True


def _mark_subscription_block(lines: list[Line]) -> None:
    """Mark the pitches at the end: from "Digital Access" on, labels and what addresses the reader.

    A heading "Home Delivery" in an article is told apart by what follows it: neither a known pitch nor
    another such label.
    """
    position = 0
    while position < len(lines):
        if lines[position].low not in SUBSCRIPTION_LABELS:
            position += 1
            continue
        stop = position + 1
        while stop < len(lines) and _belongs_to_block(lines[stop]):
            stop += 1
        beginning = lines[position + 1 : min(stop, position + 3)]
        if any(line.marked or line.low in SUBSCRIPTION_LABELS for line in beginning):
            for line in lines[position:stop]:
                line.marked = True
        position = stop


def _belongs_to_block(line: Line) -> bool:
    low = line.low
    if line.marked or low in SUBSCRIPTION_LABELS:
        return True
    addressed = len(low) <= _MAX_UNKNOWN_PITCH_CHARS and _SECOND_PERSON.search(low)
    return bool(addressed and not REPORTING.search(low) and line.words[0] not in "“\"'‘")


def _merged(lines: list[Line]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    previous_marked = False
    for line in lines:
        if line.marked and previous_marked:
            ranges[-1] = (ranges[-1][0], line.end)
        elif line.marked:
            ranges.append((line.start, line.end))
        previous_marked = line.marked
    return ranges
