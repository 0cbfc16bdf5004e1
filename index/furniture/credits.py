"""Credits: who helped, who to write to, who owns it. Facts about the page, not about the news."""

from __future__ import annotations

import re

from pullquote.index.furniture.labels import AGENCIES, WEAK_LABELS, entries
from pullquote.index.furniture.lines import REPORTING, Line, Rule, starts_with_any

_CREDIT_START = starts_with_any(
    r"(?:contributing|contributors?)\s?:.{0,200}$",
    r"(?:(?:additional )?reporting|edited|editing|written|compiled) by\b[^.]{3,120}$",
    r"(?:special (?:to|for) (?:the )?[^.]{3,40}|from (?:staff|wire) (?:and (?:staff|wire) )?reports)$",
    r"this (?:story|article|post|report|page) (?:has been|was) (?:last )?updated"
    r"(?: with (?:additional|new|more|the latest)\b.{0,60}"
    r"| to (?:add|include) (?:additional|new|more) (?:information|details|developments|reporting|content))?"
    r"\.?$",
    r"this is a (?:developing|breaking)(?: news)? story\b.{0,120}$",
    r"(?:editor.s note: )?(?:a|this) version of this (?:story|article|post|piece) (?:first |originally )?"
    r"(?:appeared|appears|was)\b.{0,250}$",
    r"purchases you make through our links\b|recommendations are independently chosen\b",
    r"prices were accurate at the time\b",
    r"we may earn (?:a|an affiliate) commission\b|if you (?:buy|purchase) .{0,60}commission\b",
    r"(?:our|health|education|this|climate) .{0,80}\b(?:supported|made possible)(?: in part)? by a grant\b",
    r"(?:\(?image|photo|picture|video|cover image) ?(?:credits?|by|courtesy)\b[^.]{0,80}$",
    r"(?:reproduced|republished|reprinted|syndicated|used) (?:by|with)(?: kind)? permission"
    r"(?: (?:of|from) [^.,]{2,60})?\.?$",
)
_FOLLOW = re.compile(
    r"follow (?:(?:him|her|them|us|me|along|[a-z.’'-]+(?: [a-z.’'-]+){0,6}))?[ ,]*"
    r"(?:(?:on|at|via) (?:x|twitter|facebook|instagram|threads|bluesky|tiktok|social media)\b"
    r"|at$|at @|@\w|on$)"
)

# First words of the two patterns above: a set tells most lines apart faster than a pattern.
_OPENINGS = entries("""
    contributing | contributor | contributors | reporting | additional | edited | editing | written
    | compiled | special | from | this | editor's | editor’s | a | purchases | recommendations | prices | we
    | if | our | health | education | climate | image | photo | picture | video | cover | reproduced
    | republished | reprinted | syndicated | used | follow
""")

_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:\d{4}|cnbc\b|(?:by )?the associated press)")
_NAME = r"[A-Z][\w.’'-]*"
_NAMES = rf"{_NAME}(?:(?: ?[,/&|] ?| )(?:(?:of|the|and|for|via|by|in) )*{_NAME}){{0,8}}"
# Whose it is and what may be done with it, without a year. After a caption's "© Ann Roe/AFP" prose follows.
_COPYRIGHT_OF = re.compile(
    rf"©\s?(?:[Cc]opyright )?(?:[Bb]y )?(?:the )?{_NAMES}\.?"
    r"(?:,? (?:[Rr]epro|[Rr]epub|[Rr]eprint|[Aa]ll rights|[Nn]o (?:part|re)|[Nn]ot (?:for|to)|[Uu]nauthori|[Uu]se).*)?"
)
_CONTACT = re.compile(r"(?:contact|reach|e-?mail|write to|call|say hello|send)\b.{0,160}(?:\w@\w|\s@\w)")
_SIGNED_BIO = re.compile(r"\b(?:follow|reach|reached|contact|e-?mail|tweet)\b.{0,120}(?:\w@[\w-]+\.\w+|\s@\w+)[.,;)]*$")
_STAFF = re.compile(
    r"\b(?:reporter|writer|editor|covers?|columnist|correspondent|photographer|journalist|twitter|follow)\b"
)
_APPEAL = re.compile(r"\b(?:anyone|information|asked|advised|volunteers?|donat\w+|register|apply|tickets?)\b")

# "From the Sallow Press Bureau and Courier staff", "With files from Reuters".
_FROM_AGENCY = re.compile(
    r"(?:From|With)(?: (?:files|reports?|reporting|material) (?:from|by))? (?:the |The )?"
    rf"(?P<agency>{_NAME}(?: {_NAME}){{0,4}}|(?:wire |news |other )?agencies|(?:staff|wire) (?:reports|services))"
    rf"(?: and (?:the |The )?(?:{_NAME} ){{0,3}}(?:[Ss]taff|[Aa]gencies|[Ww]ire|[Rr]eports)"
    r"(?: reports| services| writers)?)?\.?"
)
_AGENCY_WORDS = ("press", "bureau", "agency", "agencies", "service", "services", "staff", "reports")

# "This article originally appeared on Tarn.example." Where a tale "first appeared in Iceland" is the article.
_FIRST_PRINTED = re.compile(
    r"[Tt]his (?:story|article|post|piece|report|column|interview) (?:was |has been )?(?:also )?(?:first |originally )"
    rf"(?:published|appeared|posted) (?:(?:on|by|at) (?:the |our )?|in [Tt]he ){_NAMES}"
    r"(?: (?:blog|website|site|newsletter|magazine|newspaper))?(?:[.,:;] .*|\.)?"
)

# What WordPress puts at the end of every entry of a feed. Its headline may report anything.
_FEED_FOOTER = re.compile(
    r"The post (?P<headline>.{20,250}) (?:appeared first|first appeared) on (?P<outlet>[^,]{2,60}?)\.?"
)
_NOT_OUTLETS = WEAK_LABELS | {"truth social", "threads", "bluesky", "snapchat", "weibo", "vk", "mastodon", "gab"}

CREDIT_RULES: tuple[Rule, ...] = (
    (
        "contributed to",
        re.compile(r"\bcontributed (?:reporting )?to (?:this|the) (?:report|story|article)\b.{0,120}$"),
    ),
    ("contributed report", re.compile(r"\bcontributed reporting\b.{0,60}$")),
    ("more ", re.compile(r"^more (?:from|in|on) (?:[\w&’'-]+ ?){1,5}$")),
    ("rights reserved", re.compile(r"\ball rights reserved\b")),
    ("may not be published", re.compile(r"^this material may not be published")),
    ("independently of", re.compile(r"\bcontent is produced independently of\b")),
)


def is_credit(line: Line, opening: str) -> bool:
    """Return whether the line is a credit, a copyright notice or a contact; `opening` is its first word."""
    low, words = line.low, line.words
    if opening in _OPENINGS:
        if _CREDIT_START.match(low):
            return True
        if opening == "follow" and _FOLLOW.match(low) and not REPORTING.search(low):
            return True
    if low[0] in "©(c" and (_COPYRIGHT.match(low) or _COPYRIGHT_OF.fullmatch(words)):
        return True
    if "@" in low and (_CONTACT.match(low) or _is_signed_bio(low)) and not REPORTING.search(low):
        return True
    return (
        (opening in ("from", "with") and _is_from_agency(words))
        or (opening == "the" and _is_feed_footer(words))
        or (opening == "this" and _FIRST_PRINTED.fullmatch(words) is not None and not REPORTING.search(low))
    )


def _is_signed_bio(low: str) -> bool:
    """Return whether the line presents one of the paper's own people, not the police or a charity."""
    return bool(_SIGNED_BIO.search(low) and _STAFF.search(low) and not _APPEAL.search(low))


def _is_from_agency(words: str) -> bool:
    found = _FROM_AGENCY.fullmatch(words)
    if not found:
        return False
    agency = found["agency"].rstrip(".").lower()
    return agency in AGENCIES or (" " in agency and agency.endswith(_AGENCY_WORDS)) or agency == "agencies"


def _is_feed_footer(words: str) -> bool:
    """Return whether the line is "The post HEADLINE appeared first on OUTLET."; a post on Facebook is news."""
    found = _FEED_FOOTER.fullmatch(words)
    if not found:
        return False
    headline, outlet = found["headline"], found["outlet"]
    return not headline[0].islower() and not outlet[0].islower() and outlet.lower() not in _NOT_OUTLETS
