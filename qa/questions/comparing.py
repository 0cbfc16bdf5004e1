"""What a question compares: the sides it names, each with the question that asks for it alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pullquote.qa.questions.question_words import PRONOUNS, is_plural, listed, upper_first

_ELSEWHEN = listed("previously before expected usual now then ever others that this")
_DIFFER = "compare (?:with|to)|differ from"
_ALIKE = "(?:compare|differ)"
_ENDS = " \t\n?.!,;"
_BASES = {
    "better": "good",
    "worse": "bad",
    "further": "far",
    "farther": "far",
    "elder": "old",
    "bigger": "big",
    "hotter": "hot",
    "thinner": "thin",
    "fatter": "fat",
    "wetter": "wet",
    "larger": "large",
    "later": "late",
    "safer": "safe",
    "wider": "wide",
    "nicer": "nice",
    "closer": "close",
    "rarer": "rare",
    "ruder": "rude",
}
# In -er, but no comparatives.
_NO_COMPARATIVES = listed(
    """her other another after over under never ever number member order water letter paper winner owner leader player
    minister mayor driver worker former river tower power father mother brother sister daughter officer career cover
    proper matter whether together rather either neither former inner outer upper weather ferry's remember offer answer
    enter consider deliver discover suffer september october november december later chair"""
) - {"later"}
_COMPARATIVE = r"(?P<comparative>(?:more|less) [a-z]+|[a-z]+er|better|worse|more|fewer|less)"
_AGES = listed("older elder newer younger")
# Papers tell in what year they were built.
_BUILT = listed(
    """boat ferry ship vessel trawler liner tanker steamer yacht tug schooner submarine lifeboat airport basin bridge
    canal castle cathedral chapel church dock farm gate hall harbour head hotel house jetty lane lighthouse line market
    mill park pier port prison quay reservoir road square stadium station street terrace theatre town tower tunnel
    village weir wharf"""
)
_COUNTED = listed("more fewer less better worse")
_TIMES = listed("earlier later sooner first last")
_COMPARED = re.compile(
    r"\b(?:(?P<the>the|a|an) )?(?P<comparative>[a-z]+er|more|less|better|worse|first|last|later|earlier|sooner)\b"
    r"(?P<after> [\w-]+)?",
    re.IGNORECASE,
)
_DETERMINED = r"(?:the|a|an|his|her|its|their)"
_ASKED_TO = r"\W*(?:please )?(?:can you |could you )?compare "
_HEAD = rf"(?P<head>{_DETERMINED}? ?[\w'’ -]{{2,60}}?) (?P<tie>on|of|at|in|for|by|from|between) "
_THAT = r"(?:(?:that|those) (?:on|of|at|in|for|by|from) )?"
_TWO_ENDS = rf"(?P<one>[^,;?]{{2,80}}?),? (?:and|with|to|against|versus|vs\.?) {_THAT}(?P<two>[^,;?]{{2,80}})"


@dataclass(frozen=True, slots=True)
class SideAsked:
    """One side of a comparison.

    Attributes:
        about: the words of the question that name it.
        question: the question with only that side in it.
    """

    about: str
    question: str


def sides_of(question: str) -> tuple[SideAsked, ...]:
    """Return the two sides of a comparison; none where nothing is compared, or it isn't said of what."""
    plain = " ".join(question.split()).rstrip(_ENDS)
    for pattern, put in _SHAPES:
        if found := pattern.fullmatch(plain):
            parts = {name: text or "" for name, text in found.groupdict().items()}
            one, two = _bare(parts["one"]), _bare(parts["two"])
            asked = [put(parts, side) for side in (one, two)]
            if one.lower() != two.lower() and all(asked) and _names(one) and _names(two):
                return tuple(SideAsked(about, upper_first(text)) for about, text in zip((one, two), asked, strict=True))
    return ()


def _names(side: str) -> bool:
    """Return whether a side says what it is: no pronoun, no choice within it."""
    return side.lower() not in PRONOUNS | _ELSEWHEN and " or " not in f"{side} "


def _bare(side: str) -> str:
    return side.strip(_ENDS).removeprefix("either ").removeprefix("both ")


def _headed(parts: dict[str, str], side: str) -> str:
    """Ask for the head of both sides: "Compare the tolls on A and B", "the difference in fare between A and B"."""
    head = parts["head"].strip()
    tie = parts.get("tie") or "of"
    return f"what {_be(head)} {_the(head)} {'of' if tie == 'between' else tie} {side}?"


def _owned(parts: dict[str, str], side: str) -> str:
    """Ask for what both sides are or have: "Compare A's fare with B's", "How does A differ from B?"."""
    noun = ""
    for one in (parts["one"], parts["two"]):
        if owned := re.fullmatch(r".+?['’]s?(?: (?P<noun>[\w -]+))?", one):
            noun = noun or owned["noun"] or ""
    if not noun:
        return f"what is said of {side}?"
    owner = side if side.endswith(noun) else f"{side} {noun}"
    return f"what {_be(noun)} {owner}?"


def _inverted(parts: dict[str, str], side: str) -> str:
    """Ask how: "Which is the older, A or B?", "Is A older than B?"."""
    if parts["comparative"] in _AGES and _is_built(parts.get("noun", ""), side):
        return f"when was {side} built?"
    how = _how(parts["comparative"])
    return f"{how} {parts['be'].lower()} {side}?" if how else ""


def _is_built(noun: str, side: str) -> bool:
    """Return whether papers tell the age of a thing by the year that it was built: a ship, a bridge."""
    plain = [word for word in side.split() if word.islower()]
    heads = [*noun.split()[-1:], *side.split()[-1:], *plain[-1:]]
    return any(form in _BUILT for head in heads for form in (head.lower(), _singular(head.lower())))


def _singular(noun: str) -> str:
    return noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")


def _in_place(parts: dict[str, str], side: str) -> str:
    """Put one side for the question word, and ask how much in place: "A has how big a print run?"."""
    rest = parts["rest"]
    compared = next((one for one in _COMPARED.finditer(rest) if _is_comparative(one["comparative"])), None)
    if compared is None:
        return ""
    word, after = compared["comparative"], compared["after"] or ""
    if word in _TIMES:
        how = f"when{after}"
    elif word not in {"more", "less", "fewer"}:
        how = _how(word) + (f" {'an' if after[1:2] in 'aeiou' else 'a'}{after}" if after and compared["the"] else after)
    elif re.search(r"\b(?:is|are|was|were)(?: the)? $", rest[: compared.start()]):
        how = f"how{after}"
    else:
        many = word == "fewer" or after.strip() == "of" or is_plural(after.strip())
        how = ("how many" if many else "how much") + after
    return f"{side} {rest[: compared.start()]}{how}{rest[compared.end() :]}?"


def _how(comparative: str) -> str:
    """Return "how old" for "older"; "" for what is no comparative."""
    if not _is_comparative(comparative):
        return ""
    if comparative in _TIMES:
        return "when"
    if comparative.startswith(("more ", "less ")):
        return f"how {comparative[5:]}"
    if comparative in {"cheaper", "dearer", "costlier"}:
        return "how expensive"
    return f"how {_BASES.get(comparative) or _base(comparative)}"


def _base(comparative: str) -> str:
    """Return "high" for "higher", "heavy" for "heavier"."""
    return f"{comparative[:-3]}y" if comparative.endswith("ier") else comparative[:-2]


def _is_comparative(word: str) -> bool:
    if word.startswith(("more ", "less ")) or word in _COUNTED | _TIMES:
        return True
    return word.endswith("er") and len(word) > 4 and word not in _NO_COMPARATIVES


def _the(noun: str) -> str:
    return noun if re.match(rf"(?:{_DETERMINED}|[A-Z])\b", noun) else f"the {noun}"


def _be(noun: str) -> str:
    return "are" if is_plural(noun.rsplit(" ", 1)[-1]) else "is"


# Tried in this order.
_SHAPES: list[tuple[re.Pattern[str], Callable[[dict[str, str], str], str]]] = [
    (re.compile(pattern, re.IGNORECASE), put)
    for pattern, put in (
        (rf"{_ASKED_TO}{_HEAD}{_TWO_ENDS}", _headed),
        (rf"{_ASKED_TO}{_TWO_ENDS}", _owned),
        (
            r"\W*what (?:is|are|was|were) the differences? (?:in|of) (?P<head>[\w'’ -]{2,60}?) between "
            r"(?P<one>[^,;?]{2,80}?) and (?P<two>[^,;?]{2,80})",
            _headed,
        ),
        (
            rf"\W*what (?:is|are|was|were) the differences? between {_HEAD}(?P<one>[^,;?]{{2,80}}?) and "
            rf"{_THAT}(?P<two>[^,;?]{{2,80}})",
            _headed,
        ),
        (
            r"\W*what (?:is|are|was|were) the differences? between (?P<one>[^,;?]{2,80}?) and (?P<two>[^,;?]{2,80})",
            _owned,
        ),
        (
            rf"\W*how (?:do|does|did) {_HEAD}(?P<one>[^,;?]{{2,80}}?) (?:{_DIFFER}) "
            rf"{_THAT}(?P<two>[^,;?]{{2,80}}?)",
            _headed,
        ),
        (rf"\W*how (?:do|does|did) {_HEAD}(?P<one>[^,;?]{{2,80}}?) and (?P<two>[^,;?]{{2,80}}?) {_ALIKE}", _headed),
        (rf"\W*how (?:do|does|did) (?P<one>[^,;?]{{2,80}}?) (?:{_DIFFER}) (?P<two>[^,;?]{{2,80}}?)", _owned),
        (rf"\W*how (?:do|does|did) (?P<one>[^,;?]{{2,80}}?) and (?P<two>[^,;?]{{2,80}}?) {_ALIKE}", _owned),
        (
            rf"\W*(?:which|who|what)(?P<noun>(?: [\w-]+){{0,3}}) (?P<be>is|are|was|were) (?:the )?{_COMPARATIVE}"
            r"(?: one| of the two)?[,:] (?P<one>[^,;?]{2,80}?),? or (?P<two>[^,;?]{2,80})",
            _inverted,
        ),
        (
            rf"\W*(?P<be>is|are|was|were) (?P<one>(?:the |a |an )?[^,;?]{{2,80}}?) {_COMPARATIVE} than "
            r"(?P<two>[^,;?]{2,80})",
            _inverted,
        ),
        (
            r"\W*(?:which|who|what)(?: of the two)? (?P<rest>[a-z][^;?]{3,160}), (?P<one>[^,;?]{2,80}?),? or "
            r"(?P<two>[^,;?]{2,80})",
            _in_place,
        ),
    )
]
