"""What a name or noun stands for: a person, a place, a body, an event ..."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pullquote.qa.followup_words import Word, listed, words_of

Kind = Literal["person", "place", "group", "event", "work", "ship", "time", "number", "thing"]

_NOUNS: dict[Kind, str] = {
    "person": """
    accountant actor actress ambassador archbishop architect artist attorney author banker bishop boss boy brother
    builder candidate captain cashier ceo chair chairman chairwoman chairperson chancellor chef chief child
    cleaner clerk coach commander commissioner conductor councillor counsel cousin crown daughter deputy detective
    director doctor driver economist editor engineer envoy executive expert farmer father favourite fisherman
    founder general goalkeeper governor grandfather grandmother guard head husband inspector investigator
    journalist judge king landlord lawyer leader lord man manager mayor mediator member midwife minister mother
    murderer musician neighbour novelist nurse officer opponent owner painter partner passenger person pilot
    player playwright poet policeman politician president priest prince princess professor
    prosecutor pupil queen referee reporter resident rival sailor scientist secretary senator sergeant sheriff
    singer sister skipper solicitor son spokesman spokesperson spokeswoman striker student successor surgeon
    survivor suspect teacher thief treasurer victim widow widower wife winner witness woman girl writer youngster
    teenager predecessor vicar scaffolder caretaker plumber baker butcher joiner keeper
    """,
    "group": """
    academy agency airline alliance army association athletic authority bank board body bodies brewery broadcaster
    bureau business cabinet cannery centre charity choir church club college commission committee company
    confederation congress consortium corporation council court crew department directorate federation firm force
    forum foundation fund government group guild hospital institute institution insurer jury league library
    magazine ministry monitor museum mutual navy network newspaper office orchestra organisation organization
    panel paper parish parliament party police press publisher rangers regiment regulator retailer rovers school
    senate service society supermarket supplier syndicate team theatre town trust tribunal union united university
    wanderers watchdog yard plc ltd inc limited inspectorate newsroom trustees holdings line lines station
    """,
    "event": """
    accident agreement appeal arrest attack auction ballot ban battle blackout blast blaze blockade campaign
    ceremony championship collapse collision concert conference contest crash cup deal derby dinner disaster
    dispute drought earthquake election eruption evacuation exhibition expedition explosion fair festival final
    fire flood funeral game heatwave hearing inquest inquiry investigation landslide lockout march match meeting
    merger murder outage outbreak premiere prize protest race raid referendum rescue riot robbery marathon season
    shooting shutdown sinking storm strike takeover talks theft tour tournament trial tsunami verdict visit vote
    war wedding wreck burglary settlement sale
    """,
    "place": """
    airport avenue bar basin bay beach borough bridge canal cape castle cathedral cemetery city coast country
    county creek dock district down estate farm forest gate glacier hall harbour head heights hill hotel house
    island isle isles jetty junction lake lane lighthouse marina market moor mount mountain park pass peninsula
    pier point port prison province quay region reservoir ridge river road sea shore square stadium state street
    strait suburb terrace tunnel valley village weir wharf wood woods branch room pole north south east west end
    """,
    "ship": "boat ferry ship vessel trawler liner tanker steamer yacht dinghy launch tug schooner submarine lifeboat",
    "work": """
    album book ballad biography column diary documentary drama essay film letter memoir novel opera painting
    picture play poem portrait report sculpture series show song statue story symphony
    """,
    "time": """
    day days date month months year years week weeks morning afternoon evening night hour hours minute minutes
    time monday tuesday wednesday thursday friday saturday sunday january february april june july august
    september october november december spring summer autumn winter decade century
    """,
}  # fmt: skip
_KIND_OF = {noun: kind for kind, nouns in reversed(_NOUNS.items()) for noun in nouns.split()}
_PLURALS = listed("people police men women children fishermen councillors trustees talks")
_TITLES = listed("""
    mr mrs ms miss dr prof professor sir lady lord dame judge captain capt mayor inspector sergeant superintendent
    constable president minister senator cllr councillor father sister brother bishop king queen prince princess
    commissioner chief general admiral colonel major rev reverend
    """)
_FEMALE = listed("mrs ms miss lady dame queen princess sister")
_MALE = listed("mr sir lord king prince father brother")
# Nouns and the most frequent first names of English-language news.
_SHE = _FEMALE | listed("""
    woman girl mother grandmother daughter wife widow actress chairwoman spokeswoman schoolgirl mary anna anne ann
    elizabeth sarah emma julia laura maria susan margaret jane kate katherine catherine helen alice rachel rebecca
    ruth angela theresa hillary kamala ursula christine jennifer linda patricia barbara jessica karen nancy lisa
    sandra ashley emily michelle amanda melissa deborah stephanie sharon cynthia kathleen amy shirley nicola priti
    diana victoria charlotte sophie olivia isabella mia ava grace hannah lucy eleanor clara nora ingrid
    greta
    """)
_HE = _MALE | listed("""
    man boy father grandfather son husband widower chairman spokesman fisherman schoolboy james john robert
    michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul
    andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel frank gregory raymond patrick jack dennis peter
    henry simon vladimir emmanuel boris joe barack bill tony gordon keir rishi harry hugo oscar martin alan ian
    neil
    """)
_NUMBERED = re.compile(
    r"(?:about |around |some |nearly |almost |more than |over |up to |at least )*"
    r"(?:[£$€]?\d[\d,.:]*(?:m|bn|k|am|pm|%)?|a (?:half|third|quarter|dozen)|half|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundreds?|thousands?|dozens|none|one)\b.*",
    re.IGNORECASE,
)


def noun_kind(noun: str) -> Kind | None:
    """Return what a common noun, singular or plural, stands for, or None for an unknown one."""
    lower = noun.lower()
    singular = lower[:-3] + "y" if lower.endswith("ies") else lower[:-2] if lower.endswith("men") else lower[:-1]
    if lower.endswith("men"):
        singular += "an"
    kind = _KIND_OF.get(lower) or (_KIND_OF.get(singular) if lower.endswith(("s", "men")) else None)
    if kind is None and lower in {"people", "children", "men", "women"}:
        return "person"
    return kind or ("person" if lower.endswith(("woman", "keeper", "maker", "ologist", "master")) else None)


def is_plural(noun: str) -> bool:
    """Return whether a common noun looks plural."""
    lower = noun.lower()
    return lower in _PLURALS or (lower.endswith("s") and not lower.endswith(("ss", "us", "is", "news")))


def name_kind(words: Sequence[Word], before: str = "") -> Kind:
    """Return what a name stands for.

    Args:
        words: of the name.
        before: the word before it, in lower case.
    """
    lower = [word.bare.lower().rstrip(".") for word in words]
    if lower == ["may"]:
        return "time"
    if lower[0] in _TITLES and len(words) > 1:
        return "person"
    kind = noun_kind(lower[-1])
    if len(words) > 1 and words[0].text in {"The", "A", "An"}:
        return kind if kind and kind != "person" else "work"
    if (kind and kind != "person") or lower[-1] in {"athletic", "city"}:
        return kind or "group"
    if before in {"in", "at", "near", "off", "outside"} or lower[0] in {
        "st",
        "little",
        "great",
        "upper",
        "north",
        "port",
    }:
        return "place"
    plain = all(word.capital and not word.number and word.text != "&" for word in words)
    return "person" if before not in {"the", "a"} and plain and 2 <= len(words) <= 3 else "thing"


def is_number(text: str) -> bool:
    """Return whether a text is a number, a sum, or a number of things."""
    return _NUMBERED.fullmatch(text) is not None


def gender_of(text: str) -> Literal["she", "he", ""]:
    """Return the pronoun that a title, a noun or a first name of a phrase asks for, or "" where none tells."""
    lower = [word.bare.lower() for word in words_of(text)]
    she, he = (any(word in known for word in lower) for known in (_SHE, _HE))
    return "" if she == he else "she" if she else "he"
