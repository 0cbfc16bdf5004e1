"""Questions that a sentence answers and no value does: why, whether, what somebody said, what is known, what is new.

Rules on English wording alone. Where they say so, the sentences are given, and none of their words as the answer.
"""

from __future__ import annotations

import re

from pullquote.index.search.kinds import asks_whether
from pullquote.qa.questions.tense import asks_for_latest

_WHY = re.compile(r"(?:^|[.?!,:;] |\b(?:and|but|explain|exactly) )(?:why|how come|what for)\b", re.IGNORECASE)
_SAID = re.compile(
    r"\bwhat (?:did|does|do|has|have|had|was|is|were)\b.*\b(?:say|says|said|told|tell|think|thinks|comment|comments|"
    r"reaction|reply|response|respond|explanation|excuse|view|opinion|promise|promised)\b|"
    r"\bhow did\b.*\b(?:react|respond|reply|explain|justify|defend)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^\W*(?:please |can you |could you )?(?:tell (?:me|us) (?:more |something |all )?(?:about|of)|summari[sz]e|"
    r"describe|explain|background on|who is who|brief me on)\b|"
    r"\bwhat (?:is|do we|do you) (?:know|known) (?:about|of)\b|"
    r"\bwhat happened (?:to|in|at|on|with|during|after|when)\b",
    re.IGNORECASE,
)


def asks_for_sentences(question: str) -> bool:
    """Return whether sentences answer a question, and no value does."""
    return bool(
        asks_whether(question)
        or asks_for_latest(question)
        or any(asks.search(question) for asks in (_WHY, _SAID, _ABOUT))
    )
