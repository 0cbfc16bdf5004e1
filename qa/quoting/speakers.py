"""Who says a printed sentence: the name beside its verb of saying, or in the sentence before it.

Rules on English news alone: quotation marks, verbs of saying, capitals. Where they leave a doubt, nobody is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pullquote.answers import Answer, Citation
from pullquote.comparing_form import comparing_form
from pullquote.index.passages.sentences import sentence_ranges
from pullquote.index.search.kinds import MONTH_NAMES, WEEKDAY_NAMES
from pullquote.qa.questions.question_words import listed
from pullquote.qa.quoting.quotations import ordered
from pullquote.qa.ranking.found import Asked

# Verbs before which a name says what the sentence says.
_SAY = (
    "said|says|added|adds|insisted|insists|warned|warns|argued|argues|claimed|claims|announced|announces|explained|"
    "explains|noted|notes|replied|replies|declared|declares|acknowledged|acknowledges|admitted|admits|conceded|concedes|"
    "stated|states|testified|recalled|recalls|joked|jokes|complained|complains|concluded|concludes|observed|observes|"
    "remarked|stressed|stresses|emphasi[sz]ed|wrote|writes|tweeted|tweets|asserted|asserts|"
    r"contended|contends|quipped|predicted|predicts|vowed|vows|promised|promises|told|tells|suggested|suggests|denied|"
    r"denies|confirmed|confirms|responded|responds|repeated|reiterated|asked|asks|continue[ds](?= ?[,:“\"])|"
    "believes|thinks|"
    "alleged|alleges|called|calls|urged|urges|described|describes"
)
# Of these, the ones that stand before their name, too: "said Mara Lind".
_SAY_FIRST = (
    "said|says|added|adds|insisted|insists|warned|warns|argued|argues|explained|explains|noted|notes|replied|replies|"
    "declared|declares|admitted|admits|recalled|recalls|joked|jokes|concluded|concludes|observed|observes|remarked|"
    "wrote|writes|tweeted|tweets|asked|asks|continued|continues|claimed|claims"
)
_ADVERBS = (
    "also|later|then|once|has|have|had|repeatedly|recently|simply|still|further|never|often|even|again|first|himself|"
    "herself|today|yesterday|previously|earlier|now|reportedly|publicly|both|all|"
    rf"(?:(?:on|last|late|early) ){{0,2}}(?:{WEEKDAY_NAMES.title()})(?: (?:night|morning|afternoon|evening))?"
)
_MEANWHILE = rf"(?: (?:{_ADVERBS})){{0,4}}"
_HONORIFICS = "Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Dame|Lord|Lady|Rev|Sen|Sens|Rep|Reps|Gov|Capt|Col|Gen|Sgt|Lt|Cllr|St|Jr|Sr"
_WORD = r"[^\W\d_a-z](?:[\w&’'-]*[\w&])?"
_PART = rf"(?:(?:{_HONORIFICS})\.|(?:[A-Z]\.)+|{_WORD})"
_PARTS = re.compile(_PART)
_JOINS = r"(?:of|for|de|da|di|del|van|von|der|den|la|le|bin|ibn|al|el|&)"
# A longer row of words with capitals is no name. Bounded, so that a search takes time in proportion to the words.
_MOST_PARTS = 8
_NAME = rf"{_PART}(?:, Jr\.?| (?:{_JOINS} (?:the )?)?{_PART}){{0,{_MOST_PARTS}}}"
_SPOKEN_FOR = (
    r"(?:[Aa]n? |[Tt]he )?(?:[a-z-]{1,40} )?(?:spokes\w+|representative|lawyer|attorney|aide) (?:for|to) (?:the )?"
)
_ASIDE = r"(?:, [^,“”\"\x01]{1,90},| \([^()\x01]{1,40}\))?"

_BEFORE = re.compile(
    rf"(?P<spoken>\b(?:{_SPOKEN_FOR}))?(?<![\w’'.-])(?P<name>{_NAME}){_ASIDE}{_MEANWHILE} (?:{_SAY})(?![\w’'-])"
)
_NO_TITLE = "on|in|at|to|of|that|from|for|by|with|he|she|it|they|we|as|if|when|there|no|but|and"
_AFTER = re.compile(
    rf"(?:^|[,”\"’\x01?!—–-] ?)\s*(?:{_SAY_FIRST}) (?P<spoken>{_SPOKEN_FOR})?"
    rf"(?:(?:the|an?|his|her|its|their) [^,“”\"\x01]{{1,60}}, |(?!(?:{_NO_TITLE}) )[a-z][a-z-]* ){{0,2}}"
    rf"(?P<name>{_NAME})(?!['’]s?\b)"
    r"(?=\s*(?:[,.;:!?(—–“”\"-]|$|(?:in|on|at|of|who|to|during|after|before|as|when|about|from|and|with)\b))"
)
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?P<spoken>{_SPOKEN_FOR})?(?:the |[a-z][a-z-]* )?(?P<name>{_NAME})")
# A subject at the start, with asides, or with another verb before the one of saying.
_FROM_START = re.compile(
    rf"^(?:[^,“”\"\x01]{{1,60}}, )?(?P<name>{_NAME})(?:(?:,? \([^()]{{1,40}}\))?, [^“”\"\x01]{{1,120}},"
    rf"| [^,“”\"\x01]{{1,120}},? (?:and|but)){_MEANWHILE} (?:{_SAY})(?![\w’'-])"
)
# "the mayor, Mara Lind, said"
_APPOSED = re.compile(
    rf"\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|\w+['’]s) [^,“”\"\x01]{{1,60}}, (?P<name>{_NAME}),"
    rf"{_MEANWHILE} (?:{_SAY})(?![\w’'-])"
)
# Without one of these, a sentence has nobody beside a verb of saying.
_TELLING = re.compile(rf"\b(?:{_SAY}|[Aa]ccording)\b|: ?[“\"]")
_SAYS = re.compile(
    rf"\b(?:{_SAY}|say|saying|reports?|reported|finds?|found|cited|cites|telling|whether|how|what|that)\b"
)
_COLON = re.compile(rf"^(?P<name>{_NAME}): ?[“\"]")
_PRONOUN = re.compile(
    rf"\b(?:he|she){_MEANWHILE} (?:{_SAY})\b|[,”\"\x01?!] ?(?:{_SAY_FIRST}) (?:he|she)\b", re.IGNORECASE
)
# Whom a pronoun in the next sentence stands for: who does something at the start of this one.
_SUBJECT = re.compile(
    rf"^(?:The |A |An )?(?:[a-z-]+ )?(?P<name>{_NAME}){_ASIDE}(?: (?:[a-z]+ly|also|then|later|had|has))* "
    r"(?:[a-z]+ed|was|is|had|has|did|will|would|could|took|made|came|went|gave|spoke|sent|held|led|left|met|sat|stood|"
    r"ran|won|lost|became|began|got|put|paid|wrote|built|bought|sold|told|knew|chairs|leads|runs|owns|plays|works)\b"
)
_DAYS = frozenset(f"{WEEKDAY_NAMES}|{MONTH_NAMES}".split("|"))
# What opens a sentence or stands beside a name with a capital, and is no part of it.
_OPENERS = (
    listed("""
    but and when while after as in on at if then so yet however meanwhile instead earlier later although though because
    that this what where since before for from with by to of or nor the a an his her its their our my here there now
    still even once both all many some most also asked
    """)
    | _DAYS
)
_NOBODY = listed("i he she they it we you who that which this these those there what one someone everyone nobody")
# A name right after such a word isn't who speaks: "the mayor of Vellmouth said".
_AFTER_PREPOSITION = re.compile(
    r"\b(?:of|for|in|at|by|from|with|to|on|against|about|than|near|over|under|into|after|before|between|including|like)"
    r" (?:the |a |an |his |her |its |their )?(?:[a-z-]+ )?$",
    re.IGNORECASE,
)
_MEN, _WOMEN = re.compile(r"(?:Mr|Sir|Lord)\b"), re.compile(r"(?:Mrs|Ms|Miss|Dame|Lady)\b")
_ASKED = re.compile(
    r"\b(?:did|does|do|has|have|had) ([^?,]{2,60}?) (?:say|says|said|tell|told|think|thought|claim|claimed|argue|"
    r"argued|write|written|reply|replied|respond|responded|warn|warned|promise|promised|announce|announced|call|called)\b|"
    r"\b(?:quotes?|words|comments?|remarks?|statements?) (?:of|by|from) ([^?,]{2,60}?)(?: (?:on|about|over)\b|\W*$)|"
    r"\baccording to ([^?,]{2,60}?)\W*$",
    re.IGNORECASE,
)
_NO_SURNAMES = listed("""
    the a an of for and mr mrs ms miss dr sir dame lord lady prof professor mayor minister prime president judge chief
    executive chair chairman captain ever actually already just then he she they it you we i anyone anybody people who
    """)
_MASK = "\x01"
_MOST_STEPS = 3


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """One paragraph: `[start, end)` of its sentences, and its text with every quoted letter masked."""

    sentences: tuple[tuple[int, int], ...]
    masked: str


def with_speakers(answer: Answer, asked: Asked) -> Answer:
    """Return an answer whose quotations and citations name who says them.

    Where the question asks what somebody said, what that person says stands before what others do.

    Args:
        answer: with its values and quotations, best first.
        asked: what was found for it: the articles.
    """
    texts = {one.article.id: one.article.text for hit in asked.hits for one in (hit, *hit.near_duplicates)}

    def named(citation: Citation) -> Citation:
        start = citation.sentence_start
        found = speaker_of(texts.get(citation.article_id, ""), start, start + len(citation.sentence))
        return replace(citation, speaker=texts[citation.article_id][slice(*found)]) if found else citation

    quoted = []
    for one in answer.quotations:
        citation = named(one.citation)
        reprints = tuple(map(named, one.reprints))
        quoted.append(replace(one, citation=citation, reprints=reprints, speaker=citation.speaker))
    who = asked_speaker(asked.question)
    return replace(
        answer,
        answers=tuple(replace(one, citations=tuple(map(named, one.citations))) for one in answer.answers),
        by_day=tuple(replace(one, citations=tuple(map(named, one.citations))) for one in answer.by_day),
        quotations=ordered(quoted, lambda one: not _is_named(one.speaker, who)) if who else tuple(quoted),
    )


def asked_speaker(question: str) -> frozenset[str]:
    """Return the words of the name whose words a question asks for ("What did Mara Lind say about the toll?")."""
    found = _ASKED.search(question)
    name = next((part for part in found.groups() if part), "") if found else ""
    words = re.findall(r"[^\W\d_][\w'’-]*", name)
    return frozenset(map(comparing_form, words)) - _NO_SURNAMES


def _is_named(speaker: str | None, words: frozenset[str]) -> bool:
    """Return whether a speaker has a word of a name: its surname, as a rule."""
    own = {comparing_form(word).removesuffix("'s") for word in (speaker or "").split()}
    return not words.isdisjoint(own - _NO_SURNAMES)


def speaker_of(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return `[start, end)` of who says the sentence or sentences at `[start, end)` of an article's text.

    That is the name beside a verb of saying, or, where a pronoun stands there or the sentence is nothing but quoted,
    the one that the sentence before names; where a quotation runs on, that of the sentence which ends it. None where
    none of them names anybody.
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    paragraph = _read(text[first : last if last >= 0 else len(text)])
    for number, (begin, stop) in enumerate(paragraph.sentences):
        if first + begin < end and start < first + stop:
            found = _named(text, first, paragraph, number, _MOST_STEPS)
            if found:
                return found
    return None


def _named(text: str, offset: int, paragraph: _Paragraph, number: int, steps: int) -> tuple[int, int] | None:
    begin, stop = paragraph.sentences[number]
    sentence = paragraph.masked[begin:stop]
    place = _in_sentence(sentence)
    pronoun = _PRONOUN.search(sentence)
    if place and not (pronoun and pronoun.start() < place[0]):
        return offset + begin + place[0], offset + begin + place[1]
    if steps <= 0:
        return None
    if pronoun:
        found = _before(text, offset, paragraph, number, steps, any_subject=True)
        other = _MEN if re.search(r"\bshe\b", pronoun.group(), re.IGNORECASE) else _WOMEN
        return None if found and other.match(text[slice(*found)]) else found
    if _MASK in sentence and not any(character.isalnum() for character in sentence):
        if sentence.endswith(_MASK) and number + 1 < len(paragraph.sentences):
            return _named(text, offset, paragraph, number + 1, steps - 1)
        return _before(text, offset, paragraph, number, steps, any_subject=False)
    return None


def _before(
    text: str, offset: int, paragraph: _Paragraph, number: int, steps: int, *, any_subject: bool
) -> tuple[int, int] | None:
    """Return the speaker of the sentence before, or, where a pronoun may stand for it, its subject."""
    if number == 0:
        if not any_subject:
            return None
        end = len(text[:offset].rstrip())
        offset = text.rfind("\n", 0, end) + 1
        paragraph = _read(text[offset:end])
        number = len(paragraph.sentences)
        if not number:
            return None
    if found := _named(text, offset, paragraph, number - 1, steps - 1):
        return found
    begin, stop = paragraph.sentences[number - 1]
    subject = _SUBJECT.match(paragraph.masked[begin:stop]) if any_subject else None
    place = _trimmed(subject) if subject else None
    return (offset + begin + place[0], offset + begin + place[1]) if place else None


@lru_cache(maxsize=2048)
def _in_sentence(sentence: str) -> tuple[int, int] | None:
    """Return the place of the name beside the first verb of saying, in a sentence whose quoted words are masked."""
    if not _TELLING.search(sentence):
        return None
    for found in sorted(_beside_verbs(sentence), key=lambda one: one.end()):
        place = _trimmed(found)
        if place is None:
            continue
        if found.groupdict().get("spoken"):
            return found.start("spoken"), place[1]
        if found.re in (_BEFORE, _APPOSED, _FROM_START) and _belongs_elsewhere(sentence[: place[0]]):
            continue
        return place
    return None


def _belongs_elsewhere(before: str) -> bool:
    """Return whether a name doesn't speak, by the words before it.

    "The mayor of Skelling said"; "the paper says that Mr Lind denied it"; but "on Tuesday Mr Lind said".
    """
    if _SAYS.search(before):
        return True
    dated = before.split()[-1:] and before.split()[-1].lower() in _DAYS
    return not dated and _AFTER_PREPOSITION.search(before) is not None


def _beside_verbs(sentence: str) -> Iterator[re.Match[str]]:
    for pattern in (_COLON, _BEFORE, _AFTER, _ACCORDING, _APPOSED, _FROM_START):
        yield from pattern.finditer(sentence)


def _trimmed(found: re.Match[str]) -> tuple[int, int] | None:
    """Return the place of a name without what opens the sentence before it; None where nothing is left."""
    start, end = found.span("name")
    words = found["name"].split(" ")
    while words and words[0].lower().rstrip(".,") in _OPENERS:
        start += len(words[0]) + 1
        words = words[1:]
    if (
        not words
        or words[-1].endswith(("'s", "’s"))
        or words[0].lower() in _NOBODY
        or not any(map(str.isalpha, "".join(words)))
        or len(_PARTS.findall(found["name"])) > _MOST_PARTS
    ):
        return None
    return start, end


@lru_cache(maxsize=512)
def _read(paragraph: str) -> _Paragraph:
    return _Paragraph(tuple(sentence_ranges(paragraph)), _masked(paragraph))


def _masked(paragraph: str) -> str:
    """Return a paragraph with every character between quotation marks masked, the marks left."""
    paragraph = paragraph.replace("''", f'"{_MASK}')  # as some agencies write them
    out = list(paragraph)
    closing = ""
    for place, character in enumerate(paragraph):
        if closing and character == closing:
            closing = ""
        elif closing:
            out[place] = _MASK
        elif character in '“"':
            closing = "”" if character == "“" else '"'
    return "".join(out)
