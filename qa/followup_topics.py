"""Which earlier turn a question with few words belongs to: none, if it brings its own topic ("the general election").

Most nouns with "the" can be a part of any story ("the cost", "the mayor", "the card in the door"), and a question with
no others belongs to the last turn. Some can't: nobody asks for the general election of a barrier. They are listed
here by their sphere, with the words that show a conversation to be of it; so "Who won the league?" is a new topic
after a question about a fire, but not after one about a coach. What is in no list is taken for a part of the story.

How many topic changes are left alone so, and that no follow-up is lost, stands in tests/qa/test_followups_topics.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pullquote.qa.followup_context import Past
from pullquote.qa.followup_verbs import is_verb
from pullquote.qa.followup_words import DETERMINERS, POSSESSIVES, Word, content_words, listed


@dataclass(frozen=True, slots=True)
class Sphere:
    """What news of one sort is about.

    Attributes:
        topics: what is no part of other stories, in the singular, of up to three words.
        heads: what is none where a word tells which: "ban", but only in "the smoking ban".
        ties: how words begin that show a conversation to be of the sphere, beside those.
    """

    topics: frozenset[str]
    heads: frozenset[str]
    ties: re.Pattern[str]


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(part.split()) for part in text.split(",") if part.strip())


def _sphere(topics: str, heads: str, ties: str) -> Sphere:
    beginnings = sorted({*ties.split(), *heads.split(), *_phrases(topics)})
    return Sphere(_phrases(topics), listed(heads), re.compile(rf"\b(?:{'|'.join(map(re.escape, beginnings))})"))


_GOODS = """bread butter cocoa coal coffee egg electricity energy food fuel gas gold grain house milk oil petrol
property rice steel wheat"""
_SPHERES = (
    _sphere(  # sport
        """league, championship, tournament, olympics, winter olympics, olympic games, paralympics, marathon,
        grand prix, world cup, world title, world record, world champion, champion, football, cricket, rugby, tennis,
        golf, hockey, basketball, baseball, boxing, cycling, chess, athletics, super bowl, medal, gold medal,
        semi-final, quarter-final, play-off, transfer window, footballer, sprinter, cyclist, cricketer, gymnast,
        winning goal, cup final, penalty shoot-out, relegation""",
        "cup race season match derby final trophy",
        """coach goal team club fc united rovers athletic wanderers play match game race racing runner rower stadium
        sport season final fixture fan score athlete referee striker point title record cup league squad
        captain contest compet beat won winner rescu brave""",
    ),
    _sphere(  # elections
        """election, general election, by-election, referendum, opinion poll, electorate, manifesto, impeachment,
        presidency, inauguration, cabinet reshuffle, swing voter""",
        "poll",
        """elect vot party parties minister president prime parliament government mayor council coalition candidate
        poll turnout ballot senat democra opposition politic resign seat state chancellor governor""",
    ),
    _sphere(  # the economy
        """inflation, unemployment, unemployed, recession, gdp, interest rate, base rate, mortgage rate, exchange rate,
        minimum wage, living wage, average wage, stock market, stock exchange, central bank, economy,
        national debt, trade deficit, income tax, corporation tax, state pension, pension age, retirement age,
        tariff, cryptocurrency, bitcoin, cost of living, """
        + ", ".join(f"{good} price" for good in _GOODS.split()),
        "tax levy subsidy",
        """bank econom budget financ treasur tax rate price market share currenc debt wage pay job worker trade fiscal
        growth deficit pension union strike industr invest firm compan merge takeover""",
    ),
    _sphere(  # forces of nature
        """earthquake, quake, aftershock, volcano, eruption, tsunami, hurricane, typhoon, cyclone, tornado, heatwave,
        heat wave, drought, monsoon, wildfire, forest fire, avalanche, blizzard""",
        "",
        """collaps evacuat destroy homeless flood storm disaster weather mount lava ash magnitude temperature harvest
        crop water rain snow climat tremor died dead kill victim rescue trapped buried damag hot heat dry forest""",
    ),
    _sphere(  # climate
        """climate summit, climate conference, climate change, global warming, greenhouse gas, carbon emission,
        carbon tax, sea level, ice cap, biodiversity""",
        "",
        "climat warm carbon emission environment green energy wind solar coal summit glacier ice pollut",
    ),
    _sphere(  # war and diplomacy
        """war, civil war, ceasefire, truce, economic sanction, invasion, coup, peace talks, missile, summit,
        nuclear deal, nuclear weapon, arms deal""",
        "",
        """peace treaty army armies soldier military troop navy admiral conflict attack bomb rebel front fight border
        weapon talks diploma embass ambassador minister president veteran battle hostage terror mountain climb""",
    ),
    _sphere(  # the arts and prizes
        """film festival, music festival, song contest, book fair, box office, best picture, oscar, grammy, emmy,
        nobel prize, peace prize, book prize, literature prize, film award, music award, national anthem, biennale,
        bestseller""",
        "festival contest prize award exhibition",
        """film movie music song sing band actor actress director novel book author wrote writ paint museum gallery
        opera theatre festival artist concert prize award album orchestra poe play literature drama cinema compet""",
    ),
    _sphere(  # space
        """comet, asteroid, meteor, meteorite, planet, eclipse, solar eclipse, astronaut, cosmonaut, spacecraft,
        space station, space probe, space telescope, black hole, galaxy, moon landing, mars""",
        "",
        "space telescope orbit astronom observator star moon sky skies rocket satellite crater",
    ),
    _sphere(  # health
        """vaccine, pandemic, epidemic, flu, bird flu, influenza, measles, malaria, cholera, covid, coronavirus, cancer,
        life expectancy, obesity, organ donor""",
        "",
        """hospital doctor nurse patient disease health vaccin virus infect outbreak ill epidemic medic drug clinic
        surg poison sick symptom institute laborator farm""",
    ),
    _sphere(  # schools
        """school year, school holiday, summer holiday, exam result, tuition fee, academic year, school term""",
        "",
        "school pupil teach student universit educat exam class college",
    ),
    _sphere(  # laws
        """speed limit, voting age, drinking age, death penalty, abortion, same-sex marriage, gay marriage, census,
        daylight saving, bank holiday, conscription""",
        "ban law",
        """law ban legal illegal rule regulat bill court govern parliament council minister referendum trial judge
        crash accident car bus lorry road driv shot shoot gun murder convict sentenc punish fine""",
    ),
    _sphere(  # crowns and churches
        "pope, vatican, conclave, coronation, royal wedding, royal family",
        "",
        "bishop archbishop church cathedral priest catholic king queen prince royal palace crown throne abbey relig",
    ),
    _sphere(  # technology
        "artificial intelligence, search engine, chatbot, self-driving car",
        "",
        "technolog software computer phone app online robot data digital hack cyber website car factor",
    ),
)  # fmt: skip
_LONGEST_TOPIC_WORDS = 3
# The same for the whole country or more, in whatever town or club of it the conversation was.
_WIDE = re.compile(
    r"\b(?:(?:general|presidential|parliamentary|federal|european) (election)s?|world (cup)|(olympics))\b"
)
# They tell nothing of which is meant.
_VAGUE = DETERMINERS | listed("""
    new old first second third fourth last next final main top same big biggest whole previous former current annual
    proposed planned special local own early late great recent original public only other leading winning which what
    """)
_INDEFINITE = POSSESSIVES | {"a", "an", "any", "another", "some", "no"}
_POINTS_BACK = listed("""
    also else too then there same other another similar such before afterwards react reacted reaction reactions
    respond responded response affect affected effect effects benefit benefited suffer suffered
    """)
_NO_SUPERLATIVES = "(?!(?:arr|conqu|cont|for|gu|harv|inqu|inter|pri|prot|requ|r|t|w)est)"
_OF_THE_WORLD = re.compile(
    rf"\bthe (?:{_NO_SUPERLATIVES}\w+est|most|least|best|worst|(?:best|most|worst)-\w+)(?: [\w'’-]+){{1,4}}?"
    r" (?:in the world|on earth|of the year|of the century|of all time|in history)\b"
)
# So many letters alike make "election" and "elected", "fishing" and "fishermen" one.
_SAME_LETTERS = 5


def home_of(words: Sequence[Word], pasts: Sequence[Past]) -> Past | None:
    """Return the latest turn that a question can be about, or None where it is about something new.

    Args:
        words: of a question that says little.
        pasts: the turns before, oldest first; at least one.
    """
    if any(word.lower in _POINTS_BACK for word in words):
        return pasts[-1]
    return next((past for past in reversed(pasts) if not _is_news_to(words, past)), None)


def _is_news_to(words: Sequence[Word], past: Past) -> bool:
    """Return whether a question names what no story of the turn's sort has part in."""
    told = " ".join((past.question, past.answer, past.sentence)).lower()
    asked = " ".join(word.lower for word in words)
    if best := _OF_THE_WORLD.search(asked):
        return not _shares(_words_left(words, best[0]), told)
    if (wide := _WIDE.search(asked)) and wide[wide.lastindex or 0] not in told:
        return True
    spheres = [sphere for sphere in _SPHERES if _names_topic(words, sphere)]
    return bool(spheres) and not _shares(words, told) and not any(sphere.ties.search(told) for sphere in spheres)


def _words_left(words: Sequence[Word], phrase: str) -> list[Word]:
    """Return the words of a question that a phrase of it doesn't hold."""
    held = set(phrase.split())
    return [word for word in words if word.lower not in held]


def _names_topic(words: Sequence[Word], sphere: Sphere) -> bool:
    """Return whether a question names a topic of a sphere as known: "the earthquake", not "an earthquake"."""
    for at in range(len(words)):
        for end in range(at + 1, min(at + _LONGEST_TOPIC_WORDS, len(words)) + 1):
            named = _singular(" ".join(word.lower for word in words[at:end]))
            first = _first_of_phrase(words, at)
            described = named in sphere.heads and first.lower == "the" and _describes(words[at - 1])
            if (named in sphere.topics and first.lower not in _INDEFINITE) or described:
                return True
    return False


def _singular(phrase: str) -> str:
    return phrase[:-1] if phrase.endswith("s") and not phrase.endswith(("ss", "us", "ics", "talks")) else phrase


def _describes(word: Word) -> bool:
    return word.plain and word.lower not in _VAGUE and not _acts(word)


def _acts(word: Word) -> bool:
    """Return whether a word is a verb; what ends in -ing stands as often before a noun ("the smoking ban")."""
    return is_verb(word.text) and not word.lower.endswith("ing")


def _first_of_phrase(words: Sequence[Word], at: int) -> Word:
    """Return the small word before the nouns among which a word stands; whose "its" or "any" is, the story tells."""
    while at > 0 and words[at].plain:
        at -= 1
    return words[at]


def _shares(words: Sequence[Word], told: str) -> bool:
    """Return whether a noun of a question was spoken of, in this form or another."""
    nouns = {word.bare.lower() for word in content_words(words) if not _acts(word)} - _VAGUE
    alike = (noun[:_SAME_LETTERS] if len(noun) >= _SAME_LETTERS else rf"{noun}s?\b" for noun in nouns)
    return any(re.search(rf"\b{one}", told) for one in alike)
