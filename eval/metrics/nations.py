"""Which country a text names, by its name ("the United Kingdom", "UK") or by its people ("British", "Britons")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# Names that countryinfo lacks, or has only among the codes that are words as well (IN, AND, CAN).
_MORE_NAMES = {
    "US": ("US", "USA", "America"),
    "GB": ("UK", "Britain"),
    "AE": ("UAE", "the Emirates"),
    "CD": ("DRC", "DR Congo", "Democratic Republic of Congo"),
    "CI": ("Cote d'Ivoire",),
    "CZ": ("Czechia",),
    "FM": ("Micronesia",),
    "MM": ("Burma",),
    "MK": ("North Macedonia", "Macedonia"),
    "PS": ("Palestinian territories",),
    "TR": ("Turkiye",),
    "XK": ("Kosovo",),
    "england": ("England",),
}
# It knows one word for most peoples: the adjective, the noun, or an older one.
_MORE_PEOPLES = {
    "AR": "Argentine, Argentinian",
    "BW": "Botswanan",
    "CD": "Congolese",
    "CV": "Cape Verdean",
    "DK": "Dane",
    "DO": "Dominican",
    "EC": "Ecuadorian",
    "ES": "Spaniard",
    "FI": "Finn",
    "FR": "Frenchman, Frenchwoman, Frenchmen",
    "GB": "Briton, Brit",
    "HR": "Croat",
    "IE": "Irishman, Irishwoman, Irishmen",
    "IS": "Icelandic",
    "KG": "Kyrgyz",
    "KR": "Korean",
    "KZ": "Kazakh",
    "LS": "Basotho",
    "LU": "Luxembourgish",
    "MV": "Maldivian",
    "NL": "Dutchman, Dutchwoman, Dutchmen",
    "NP": "Nepali",
    "PH": "Philippine",
    "PL": "Pole",
    "RS": "Serb",
    "SA": "Saudi",
    "SE": "Swede",
    "SI": "Slovenian",
    "SK": "Slovakian",
    "SR": "Surinamese",
    "SZ": "Eswatini",
    "TJ": "Tajik",
    "TR": "Turk",
    "TT": "Tobagonian",
    "UZ": "Uzbek",
    "XK": "Kosovar, Kosovan",
    "england": "English, Englishman, Englishwoman, Englishmen",
    "scotland": "Scottish, Scot, Scots, Scotsman, Scotsmen",
    "wales": "Welsh, Welshman, Welshmen",
}
# Of what bears a country's own name in another language, these are words or names of something else.
_NOT_NAMES = frozenset({"island", "mann", "guiana", "congo", "viti", "yugoslavia"})
# What may follow: the Ukrainian government is Ukraine where a country is asked for.
_OF_A_COUNTRY = re.compile(
    "government|regime|military|army|navy|forces|troops|soldiers|officials|authorities|people|citizens|nationals|team|side",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Tables:
    names: Mapping[str, str]
    peoples: Mapping[str, str]
    regions: frozenset[str]


def country_of(text: str) -> str | None:
    """Return a code for the country that the text names and nothing else; None for any other text."""
    return _tables().names.get(_key(text))


@lru_cache(maxsize=2**16)
def nation_of(text: str) -> str | None:
    """Return a code for the country that the text names, or whose people, government or forces it names."""
    head, _, last = text.strip().rpartition(" ")
    if head and _OF_A_COUNTRY.fullmatch(last):
        return nation_of(head)
    key = _key(text)
    tables = _tables()
    return tables.names.get(key) or tables.peoples.get(key) or tables.peoples.get(key.removesuffix("s"))


def is_region(text: str) -> bool:
    """Return whether the text is the name of a country, or of a state or province of one."""
    return _key(text) in _tables().regions or country_of(text) is not None


@lru_cache(maxsize=2**16)
def _key(text: str) -> str:
    """Return the letters, lower-case and without accents, and no "the" before them."""
    letters = unicodedata.normalize("NFKD", text.strip().lower().removeprefix("the ").removesuffix("’s"))
    return "".join(character for character in letters.removesuffix("'s") if character.isalnum())


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    from countryinfo import CountryInfo  # hundreds of files, read when the first name is looked up

    names: dict[str, str] = {}
    peoples: dict[str, str] = {}
    regions: set[str] = set()
    # The most populous first: "Chinese" is China's people, not Macau's, too.
    for country in sorted(CountryInfo.all().values(), key=lambda one: -(one.get("population") or 0)):
        iso = country.get("ISO", {})
        # The parts of the United Kingdom bear its code, or none.
        part = country["name"].lower() in ("wales", "scotland", "northern ireland")
        code = (not part and iso.get("alpha2")) or country["name"].lower()
        demonyms = [one.strip() for one in re.split("[,/]", country.get("demonym") or "")]
        unusable = {str(one) for one in (*iso.values(), *demonyms)}
        others = [one for one in country.get("altSpellings", ()) if one not in unusable]
        _add(names, code, [country["name"], *others])
        _add(peoples, code, demonyms)
        regions.update(map(_key, country.get("provinces", ())))
    for code, more in _MORE_NAMES.items():
        names.update({_key(name): code for name in more})
    for code, people in _MORE_PEOPLES.items():
        peoples.update({_key(one): code for one in people.split(", ")})
    return _Tables(names, peoples, frozenset(regions - {""}))


def _add(table: dict[str, str], code: str, texts: Iterable[str]) -> None:
    for key in map(_key, texts):
        if key and key not in _NOT_NAMES:
            table.setdefault(key, code)
