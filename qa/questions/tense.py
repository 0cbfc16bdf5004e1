"""Whether a question is about now (in the present, and bound to no day), or about what is new.

Rules on English wording alone.
"""

from __future__ import annotations

import re

from pullquote.index.search.kinds import MONTH_NAMES, WEEKDAY_NAMES

_DATED = re.compile(
    rf"\b(?:{MONTH_NAMES}|{WEEKDAY_NAMES}|yesterday|last (?:night|week|month|year|spring|summer|autumn|winter)|ago|"
    r"before|after|by the (?:time|end)|at first|originally|initially|earlier|previous|previously|former|formerly|until|"
    r"when (?:he|she|it|they|the)|used to|in (?:1[5-9]|20)\d\d)\b(?<!\bmay\b)",
    re.IGNORECASE,
)
# "May" is a month only beside a day or a year, or after "in".
_MAY = re.compile(r"\b(?:in|of|since|during|from) May\b|\bMay (?:\d|of\b)|\d May\b")
_PRESENT = re.compile(
    r"\b(?:is|are|has|have|does|do|will|can|may|must|isn['’]t|aren['’]t|hasn['’]t|haven['’]t|doesn['’]t|don['’]t|"
    r"what['’]s|who['’]s|where['’]s|now|currently|current|latest|today|so far|at present|at the moment|yet)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|did|(?<!have )(?<!has )had|wasn['’]t|weren['’]t|didn['’]t|hadn['’]t)\b", re.IGNORECASE
)
# "Who chairs", "what costs": a subject right before its verb.
_BARE_PRESENT = re.compile(r"\b(?:who|what|which \w+) (?!is\b|was\b|has\b|does\b|this\b)[a-z]+(?<!s)s\b", re.IGNORECASE)


def asks_of_now(question: str) -> bool:
    """Return whether a question asks what holds now: "What is the toll?", "Who chairs the board?"."""
    if _DATED.search(question) or _MAY.search(question) or _PAST.search(question):
        return False
    return bool(_PRESENT.search(question) or _BARE_PRESENT.search(question))


_LATEST = re.compile(
    r"\b(?:latest|newest|most recent|recent) (?:news |developments? |word )?(?:on|about|in|with|from|of the)\b|"
    r"\blatest (?:news|developments?)\b|\bwhat(?:['’]s| is) (?:new|the news|happening|going on)\b|"
    r"\b(?:any|is there|are there) (?:\w+ )?(?:news|updates?|developments?)\b|\bupdates? on\b",
    re.IGNORECASE,
)


def asks_for_latest(question: str) -> bool:
    """Return whether a question asks what is new: "What is the latest on the dock strike?"."""
    return _LATEST.search(question) is not None
