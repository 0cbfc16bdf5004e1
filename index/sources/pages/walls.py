"""Pages that stand where an article should be: checks for robots, pages that aren't there, questions for consent."""

from __future__ import annotations

import re

from pullquote.comparing_form import comparing_form

# A wall says what it is in a few lines; the longest seen, a consent page with its list of purposes, has 3,000.
_MAX_WALL_CHARS = 4_000

_ROBOT_TITLES = re.compile(
    r"(?:please )?(?:verify|confirm|prove)(?: that)? (?:you are|you're) (?:a human|human|not a robot)\b.*"
    r"|are you (?:a robot|human)\b.*|access (?:to this page has been )?denied|attention required!.*"
    r"|just a moment\W*|pardon our interruption\W*|security check\b.*|checking your browser\b.*|robot check"
    r"|human verification|one more step|you have been blocked|request (?:blocked|unsuccessful)\W*"
    r"|captcha|bot verification|403\b.*|(?:error )?403 forbidden|forbidden"
)
_ROBOT_WORDS = (
    "automation tools to browse", "enable javascript and cookies", "javascript and cookies are enabled",
    "verify you are human", "verify you are a human", "unusual traffic from", "not a robot", "you are a robot",
    "checking if the site connection is secure", "checking your browser before", "cloudflare ray id", "ray id:",
    "needs to review the security of your connection", "incapsula incident id", "solve the captcha",
)  # fmt: skip
_MISSING = (
    r"(?:(?:the )?(?:requested )?(?:page|article|story|file|document|content)(?: you requested)?"
    r" (?:(?:is|was|could|can) ?)?(?:not|n't|no longer) (?:be )?(?:found|available)"
    r"|not found|page (?:does not|doesn't) exist|(?:die )?seite (?:wurde )?nicht gefunden"
    r"|page (?:introuvable|non trouvee)"
    r"|pagina no encontrada|no se encontro la pagina|pagina non trovata|pagina nao encontrada|pagina niet gevonden"
    r"|siden (?:ble ikke|blev ikke|finnes ikke|ikke) [\w ]{2,20}"
    r"|sidan (?:kunde inte|hittades inte|finns inte)[\w ]{0,20}"
    r"|sivua ei loy\w*)"
)
_MISSING_TITLES = re.compile(
    r"(?:(?:oops|sorry|hoppla|ups|uh-oh)\W+)?(?:(?:that|this) )?"
    r"(?:(?:http )?(?:error|fehler|erreur|errore|fout|feil|fel|fejl)?"
    rf"\W{{0,3}}404\b\W*(?:error\b\W*)?(?:{_MISSING})?|{_MISSING})\W*"
)
_MISSING_WORDS = ("404", "not found", "looking for", "no longer", "existe", "gefunden", "trovata", "gevonden", "url")
_CONSENT_TITLES = re.compile(
    r"(?:before you continue|we value your privacy|your privacy(?: matters| choices| is important to us)?"
    r"|(?:we use|about|manage|your) cookies\b.*|cookie (?:consent|settings|preferences|notice|policy)"
    r"|privacy (?:settings|cent(?:er|re))"
    r"|(?:wir schatzen )?ihre privatsphare.*|datenschutz\w*|votre vie privee.*|su privacidad.*|la tua privacy.*)"
)
# Sentences of the Transparency and Consent Framework, in its own translations, and what stands around them.
_CONSENT_WORDS = (
    "store and access information on", "store and/or access information", "access information on a device",
    "access information on your device", "legitimate interest", "personalised ads", "personalized ads",
    "partners store", "change your choice", "privacy settings", "withdraw your consent", "we use cookies",
    "informationen auf einem gerat", "berechtigtes interesse", "berechtigten interesses", "personalisierte anzeigen",
    "stocker et/ou acceder", "interet legitime", "almacenar y/o acceder", "interes legitimo", "archiviare e/o accedere",
    "legittimo interesse", "gerechtvaardigd belang", "informasjon pa en enhet", "information pa en enhed",
)  # fmt: skip
_MIN_CONSENT_WORDS = 2


def wall_instead(titles: list[str], text: str) -> str:
    """Return what a page is instead of an article, as a clause that reads on from its name; "" for an article.

    A page is a wall only where it is short, a headline of it says so, and its text does, too: articles about such
    pages have headlines that say more.

    Args:
        titles: the page's title, headlines and stated headline.
        text: what was taken for its article, may be empty.
    """
    if len(text) > _MAX_WALL_CHARS:
        return ""
    said = comparing_form(text)
    names = [name for title in titles for name in _parts(comparing_form(title))]
    if any(_ROBOT_TITLES.fullmatch(name) for name in names) and (not said or _holds(said, _ROBOT_WORDS)):
        return "is a check for robots, not an article: the page was not let through when it was saved"
    if any(name and _MISSING_TITLES.fullmatch(name) for name in names) and (not said or _holds(said, _MISSING_WORDS)):
        return "is a page that says that the page was not found"
    consent = sum(word in said for word in _CONSENT_WORDS)
    if consent >= _MIN_CONSENT_WORDS and (
        any(_CONSENT_TITLES.fullmatch(name) for name in names) or _mostly(said, _CONSENT_WORDS)
    ):
        return "is a question for consent, not an article: the page was not let through when it was saved"
    return ""


def _parts(title: str) -> list[str]:
    """Return a title, and what stands on each side of a bar or dash in it."""
    return [title.strip(), *(part.strip() for part in re.split(r"\s[|\-:·•]\s", title))]


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _mostly(text: str, words: tuple[str, ...]) -> bool:
    """Return whether more than half of the sentences have one of the words."""
    sentences = [sentence for sentence in re.split(r"[.!?]\s+", text) if sentence.strip()]
    return sum(_holds(sentence, words) for sentence in sentences) * 2 > len(sentences)
