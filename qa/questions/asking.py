"""What a question asks for, by its wording alone: one thing, two or more in turn, two side by side, or a list.

English word order decides, and where it leaves a doubt the question is one: an answer to half of a question is worse
than one to the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pullquote.qa.questions.comparing import SideAsked, sides_of
from pullquote.qa.questions.question_words import AUXILIARIES, PREPOSITIONS, WH, listed, upper_first

_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)(?:n['’]t)?\b"
)
_BE = r"(?:is|are|was|were)(?:n['’]t)?\b"
_PRONOUN = r"(?:he|she|it|they|there|this|that|these|those|we|you|i)\b"
_DETERMINER = r"(?:the|a|an|any|some|his|her|its|their|our|all|both)\b"
_QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_PREPOSITION = r"(?:(?:at|by|for|from|in|into|of|on|to|under|until|since|with|against|about) )?"
# A second question, as it begins after "and": with a question word and the verb before its subject ("when was she"),
# as the subject ("who owns it"), alone ("why"), or with an auxiliary and a subject that can't go on with the clause.
_SECOND = re.compile(
    rf"""(?:
    (?:when|where|why|how|by\ whom|what\ for|for\ whom|since\ when|until\ when)\W*$
    |(?:when|where|why|how|what|who|whom|since\ when|until\ when)\ {_AUXILIARY}\ \w
    |{_PREPOSITION}how\ (?:many|much)\ \w
    |{_PREPOSITION}how\ \w+\ {_AUXILIARY}\ \w
    |{_PREPOSITION}(?:what|which|whose)\ (?:[\w'’-]+\ ){{1,4}}{_AUXILIARY}\ \w
    |{_PREPOSITION}(?:whom|what|which)\ {_AUXILIARY}\ \w
    |(?:who|what)\ (?!{_DETERMINER}|{_PRONOUN}|to\b)[a-z]+(?:ed|s|[^aeious]t)\b
    |(?:who|what)\ (?:won|lost|sold|bought|paid|made|led|ran|gave|took|found|built|wrote|held|saw|said|came|got|began)\b
    |(?:do|does|did|will|can|could|has|have)(?:n['’]t)?\ (?:{_PRONOUN}|{_DETERMINER})
    |{_BE}\ {_PRONOUN}
    )""".replace("\\ ", "[ ]"),
    re.IGNORECASE | re.VERBOSE,
)
# After a comma alone, "who was" and "which is" go on with the name before it.
_RELATIVE = re.compile(r"(?:who|whom|whose|which)\b", re.IGNORECASE)
# "In what may be the largest haul ever, how many ...": no question yet.
_FRONTED = re.compile(
    rf"(?!(?:who|what|when|where|why|how|which|{_AUXILIARY}))\w+ (?:what|which|whom)\b", re.IGNORECASE
)
_JOINT = re.compile(
    r"\?+ +(?:and +|but +|also +)*|;+ +(?:and +|but +)?|, +(?:and|but) +(?:also +)?|,? +and +(?:also +)?|, +"
)
_ASKS = re.compile(
    rf"\W*(?:(?:and|but|so|then|well|ok|okay)\W+)*(?:{_PREPOSITION}(?:who|whom|whose|what|when|where|why|how|which)\b"
    rf"|{_AUXILIARY})",
    re.IGNORECASE,
)
# Before its comma, a question may name time or place: "In May 2031, who was mayor?"
_LEAD = re.compile(
    r"(?:in|on|at|by|after|before|during|since|until|of|as for|according to) [^,?]{1,60}, ", re.IGNORECASE
)
_TWO_WORDS = re.compile(
    r"(?P<first>when|where|why|how|who|what)(?:,? and |, )(?P<second>when|where|why|how|who|what) (?P<rest>\w.*)",
    re.IGNORECASE | re.DOTALL,
)
# Names what the question after it is about: "What about the bell, who found it?"
_ABOUT = re.compile(r"\W*(?:(?:and|but|so|ok|okay)\W+)*(?:what|how) about\b", re.IGNORECASE)
_ENDS = " \t\n?.!,;"
# Beyond, a text was pasted.
_LONGEST_CHARS = 400

_LIST_ASKED = re.compile(
    r"\W*(?:please )?(?:list|enumerate|name (?:all|every|each|some|the (?:two|three|four|five|six|seven|eight|nine|ten)"
    r"|two|three|four|five|six|seven|eight|nine|ten)|give (?:me )?(?:a list|the names|all)"
    r"|(?:what|which) (?:are|were) the names)\b",
    re.IGNORECASE,
)
_NAME_THE = re.compile(r"\W*(?:please )?name the (?P<noun>[a-z-]+)", re.IGNORECASE)
_SEVERAL = "two|three|four|five|six|seven|eight|nine|ten"
_SEVERAL_ASKED = re.compile(rf"\b(?:which|what|whose) (?:other )?(?:{_SEVERAL}) [\w-]+", re.IGNORECASE)
_MADE_OF = re.compile(
    r"\W*(?:what (?:made|makes) up|what (?:went|goes) into"
    r"|what (?:does|did|do) .{1,120} (?:consist of|comprise|include)"
    r"|how (?:does|do|did) .{1,160} break down|what (?:is|are|was|were) .{1,120} made up of)\b",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"\W*(?:who|which [\w-]+s) (?:(?:sat|sits?|serves?|served|is|are|was|were) (?:all )?on (?:the|a|its|his|her) "
    r"(?:[\w'’-]+ ){0,4}(?:panel|board|committee|jury|council|list|shortlist|team|commission|bench|crew)"
    r"|(?:is|are|was|were) among) ",
    re.IGNORECASE,
)
_WHICH_OF = re.compile(r"\W*which of (?:the|his|her|its|their) [^?]*? (?:are|were|have|do)\b", re.IGNORECASE)
_BE_PLURAL = re.compile(
    r"\W*(?:who|what|which) (?:all )?(?:are|were) (?:all )?(?:the|his|her|its|their) (?P<rest>\w.*)", re.I
)
_WHICH = re.compile(rf"\W*{_PREPOSITION}(?P<word>which|what) (?P<rest>[a-z].*)", re.IGNORECASE | re.DOTALL)
_AUXILIARIES = AUXILIARIES - {"is", "was", "has", "does"}
_WORD = re.compile(r"[\w'’-]+|[^\w\s]")
_STOPS = (
    AUXILIARIES
    | WH
    | PREPOSITIONS
    | listed("and or that the a an his her its their he she it they not never still also either both")
)
_IRREGULAR = listed(
    """people men women children fishermen policemen councilmen councilwomen spokesmen businessmen feet teeth geese mice
    criteria phenomena"""
)
_NO_PLURALS = listed(
    """news politics athletics economics physics mathematics gas bus campus virus census congress press access process
    success business address class glass loss boss pass mass grass cross dress stress witness illness darkness this its
    has is was does less plus us yes sports headquarters series always perhaps basis crisis analysis corps lens status
    focus bonus minus thus chorus circus kudos towards besides alias bias atlas canvas"""
)
_MOST_NOUN_WORDS = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question asks for; all empty for one thing.

    Attributes:
        parts: the questions in it, as worded there; none but the first need stand on its own.
        sides: what is compared, each with the question that asks for it alone.
        several: whether a list is asked for.
    """

    parts: tuple[str, ...] = ()
    sides: tuple[SideAsked, ...] = ()
    several: bool = False


def asking(question: str) -> Asking:
    """Return what a question asks for."""
    if len(question) > _LONGEST_CHARS:
        return Asking()
    if parts := parts_of(question):
        return Asking(parts=parts)
    if sides := sides_of(question):
        return Asking(sides=sides)
    return Asking(several=asks_for_list(question))


def parts_of(question: str) -> tuple[str, ...]:
    """Return the questions that one holds, two or more, each with a question mark; none where it is one."""
    plain = " ".join(question.split())
    if two := _TWO_WORDS.fullmatch(plain):
        return tuple(f"{upper_first(two[word])} {two['rest'].rstrip(_ENDS)}?" for word in ("first", "second"))
    parts: list[str] = []
    begun = 0
    for joint in _JOINT.finditer(plain):
        first, rest = plain[begun : joint.start()], plain[joint.end() :]
        if _is_joint(joint.group(), first, rest):
            parts.append(first)
            begun = joint.end()
    if not parts:
        return ()
    return tuple(f"{upper_first(part.rstrip(_ENDS))}?" for part in (*parts, plain[begun:]))


def _is_joint(joint: str, first: str, rest: str) -> bool:
    lead = _LEAD.match(first)
    told = first[lead.end() :] if lead else first
    asked = _ASKS.match(told)
    if asked is None or (_ABOUT.match(told) and not joint.startswith("?")):
        return False
    if joint.startswith("?"):
        return _ASKS.match(rest) is not None
    second = _SECOND.match(rest)
    if second is None or (joint.strip() == "," and (_RELATIVE.match(rest) or _FRONTED.match(first))):
        return False
    # "... the man who sank and who was found": a question word within the first clause may go on with the second.
    if _QUESTION_WORD.search(told, asked.end()):
        return False
    # "Who owns and who runs the ferry?" leaves to the second what the first asks of.
    return len(told.split()) > 2 or len(rest.split()) <= 1


def asks_for_list(question: str) -> bool:
    """Return whether a question asks for several things, as far as its nouns and verbs are plural."""
    plain = " ".join(question.split())
    # What stands before it only says what is asked of: "The Courier printed new times. Who were the visitors?"
    last = re.split(r"[.!;] +(?=[A-Z])", plain)[-1]
    if any(pattern.match(last) for pattern in (_LIST_ASKED, _MADE_OF, _MEMBERS, _WHICH_OF)):
        return True
    if _SEVERAL_ASKED.search(last):
        return True
    if (named := _NAME_THE.match(last)) and _is_plural(named["noun"].lower()):
        return True
    if be := _BE_PLURAL.match(last):
        noun = _noun(be["rest"])[0]
        return bool(noun) and (
            _is_plural(noun[-1]) or (noun[-1].endswith(("ed", "ing")) and any(map(_is_plural, noun)))
        )
    which = _WHICH.match(last)
    return which is not None and _chooses_several(which["rest"], alone=which["word"].lower() == "which")


def _noun(text: str) -> tuple[list[str], list[str]]:
    """Return the words before the first small one, and those from it on."""
    words = _WORD.findall(text)
    ends = (at for at, word in enumerate(words) if _is_small(word) and (at or word.lower() not in PREPOSITIONS))
    end = next(ends, len(words))
    if words[end : end + 1] == ["and"]:  # "outside crews and forces"
        further = _noun(" ".join(words[end + 1 :]))
        return [*words[: end + 1], *further[0]], further[1]
    return words[:end], words[end:]


def _is_small(word: str) -> bool:
    return word.lower() in _STOPS or not word[0].isalnum()


def _chooses_several(text: str, *, alone: bool) -> bool:
    """Return whether "which" chooses several: "which new players had ...".

    Args:
        text: what follows it.
        alone: any verb without an auxiliary may follow the noun: "which products earn"; after "what" only one that is
            clearly no noun, "what things turned up".
    """
    noun, rest = _noun(text)
    plurals = [at for at, word in enumerate(noun) if _is_plural(word)]
    if not plurals or len(noun) > _MOST_NOUN_WORDS or not rest:
        return False
    last = plurals[-1] == len(noun) - 1
    if _is_auxiliary(rest[0]):
        return last
    if noun[plurals[-1]].lower() in _IRREGULAR:
        return True
    if last:
        # "Which charity benefits from it?": a noun is followed by a verb, here or after what belongs to it.
        at = next((at for at, word in enumerate(rest) if _is_auxiliary(word)), None)
        return at is not None and rest[at].lower() in _AUXILIARIES and rest[0].lower() in PREPOSITIONS
    follows = noun[plurals[-1] + 1]
    verb = follows.islower() and (follows.endswith("ed") or (alone and not follows.endswith("s")))
    return verb and plurals[-1] == len(noun) - 2


def _is_auxiliary(word: str) -> bool:
    return word.lower() in AUXILIARIES


def _is_plural(word: str) -> bool:
    lower = word.lower()
    if lower in _IRREGULAR:
        return True
    return (
        word.isalpha()
        and word.islower()
        and len(word) > 3
        and lower.endswith("s")
        and not lower.endswith(("ss", "us", "is"))
        and lower not in _NO_PLURALS
    )
