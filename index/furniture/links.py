"""Lines that lead away from the article: share bars, links to other articles, commands to the page."""

from __future__ import annotations

import re

from pullquote.index.furniture.labels import LABELS, WEAK_LABELS
from pullquote.index.furniture.lines import Line

_MAX_LINK_CHARS = 200

_SOCIAL = (
    "facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|instagram|flipboard|email|e-mail|print|sms"
    "|telegram|messenger"
)
_SHARE_STARTS = ("share", "tweet", "pin", "save", "copy", *_SOCIAL.split("|"))
_SHARE_BAR = re.compile(
    r"(?=.*\b(?:share|tweet|pin)\b)"
    rf"(?:(?:share|tweet|pin|it|on|via|by|to|this|article|story|link|copy|save|{_SOCIAL}|\d[\d.,]*[km]?)"
    r"(?:[\s|•·/,:]+|$))+"
)

# A label before a colon that announces a link. After it a headline follows, without a full stop.
_LINK_LABEL = (
    "read more|more|more on this|read|read also|read next|also read|see also|see more"
    "|related(?: story| stories| article| articles| coverage| content| video| link| links)?"
    "|watch|watch now|watch live|listen|photos?|photo gallery|gallery|slideshow|videos?|graphic|interactive"
    "|podcasts?|opinion|live updates|live blog|fact check|in case you missed it|icymi|don.t miss|must read"
    "|must-read|recommended|previously|subscribe|newsletter|for subscribers|just for subscribers"
    "|subscriber exclusive|subscribers only|learn more|find out more|further reading|click here"
    "|more coverage|full coverage|latest news|top stories|most read|go deeper"
)
_LABELLED_LINK = re.compile(rf"[(\[]?(?:{_LINK_LABEL})(?:\s(?:from|on|about|in)\s[^:]{{1,40}})?\s?:(?!//)")
# "PORT STRIKE:What happened when": in a link the label and the headline stand without a space.
_GLUED_LINK = re.compile(
    r"[^:.!;]{2,70}[^:.!;\d\s][’'”\")?!]*:"
    r"(?=[^\s\d/:)(@-])(?!www\.)(?=(?:\S+\s+){3})"
)
_PROSE_ENDS = (".", ".”", '."', ".’", ",”", ',"')

# What the words of a line that is nothing but a link tell the reader to do on this site. "Download the report",
# "Donate to the fund" and "Register of ships" are sources of the article as often as not.
_COMMAND = re.compile(
    r"(?:(?:read |see |view )?more(?! than\b)|(?:see|view) all|share|print (?:this|the)|e-?mail (?:this|us)|send us"
    r"|subscribe|sign up|register (?:now|here|free|for free)|log ?in|sign in|follow us|join us|contact us|back to)"
    r"\b[^.]{0,60}"
)
_BETWEEN_LINKS = re.compile(r"\s*[|•·/]\s*")


def is_link(line: Line) -> bool:
    """Return whether the line is a share bar, a label with another article's headline, or a command."""
    low = line.low
    if low.startswith(_SHARE_STARTS) and _SHARE_BAR.fullmatch(low):
        return True
    return (line.linked and _is_command(low)) or _is_headline(line)


def _is_command(low: str) -> bool:
    parts = _BETWEEN_LINKS.split(low)
    commands = [part in LABELS or _COMMAND.fullmatch(part) is not None for part in parts]
    # "Facebook" alone may be an entry of a list of companies, each with its link.
    return any(commands) and all(found or part in WEAK_LABELS for found, part in zip(commands, parts, strict=True))


def _is_headline(line: Line) -> bool:
    low = line.low
    if len(low) > _MAX_LINK_CHARS or ":" not in low:
        return False
    in_brackets = line.words[0] in "([" and line.words[-1] in ")]"
    ends_as_prose = low.endswith(_PROSE_ENDS)
    if _LABELLED_LINK.match(low):
        return in_brackets or not (ends_as_prose and _reads_as_prose(line.words))
    glued = not line.words[line.words.index(":") + 1 :].startswith(" ")
    return glued and not ends_as_prose and _GLUED_LINK.match(line.words) is not None


def _reads_as_prose(words: str) -> bool:
    """Return whether what follows "More:" is a sentence: "READ MORE" shouts, and links put no space."""
    label, _, rest = words.partition(":")
    return rest.startswith(" ") and not label.isupper()
