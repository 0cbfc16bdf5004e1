"""What is said of an input that is no question to the archive: a greeting, thanks, "who are you?", another language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pullquote.answers import Remark, RemarkKind
from pullquote.comparing_form import comparing_form
from pullquote.qa.questions.languages import foreign_language, languages_of, name_of
from pullquote.qa.questions.starters import questions_to_try

if TYPE_CHECKING:
    from pullquote.index.archive import Archive

# Only the whole input counts: "Hello, who chairs the port authority?" is a question, and so is "help for the families".
_POLITE = r"(?: (?:there|again|all|everyone|everybody|please|pullquote|then|now))*"
_LEAD = r"(?:(?:ok|okay|oh|well|great|perfect|good|nice|cool|yes|no|and|hi|hello|hey) )*"
_HELLO = (
    r"hi+|hello+|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|"
    r"(?:(?:hi|hello|hey) )?how are you(?: doing)?(?: today)?|nice to meet you|"
    r"bye(?: bye)?|goodbye|see you(?: later)?"
)
_THANKS = (
    r"(?:many |much )?thanks(?: (?:a lot|very much|so much|a million|for (?:your|the) help|for that|anyway|bye))?|"
    r"thank you(?: (?:very much|so much|for (?:your|the) help|for that|anyway|bye))?|"
    r"thx|ty|cheers|much appreciated|that is (?:great|perfect|all)|that's (?:great|perfect|all)"
)
_ABOUT = (
    r"help(?: me)?|(?:can|could) you help(?: me)?|i need help|instructions|usage|what is pullquote|what's pullquote|"
    r"(?:who|what) (?:are|r) (?:you|u)(?: exactly)?|what(?:'s| is) your name|(?:please )?introduce yourself|"
    r"what (?:can|do) you do(?: for me)?|what can you (?:tell|answer)(?: me)?|what do you know|"
    r"what (?:can|should|may) i ask(?: you)?|how (?:do|does) (?:you|this) work|how do i use (?:this|you|it)|"
    r"are you (?:an? )?(?:ai|bot|robot|human|person|chatgpt|real|chatbot|real person)"
)
_WHOLE = {
    kind: re.compile(rf"{_LEAD}(?:{words}){_POLITE}")
    for kind, words in (
        (RemarkKind.THANKS, _THANKS),
        (RemarkKind.ABOUT, _ABOUT),
        (RemarkKind.GREETING, _HELLO),
    )
}
_LONGEST_CHARS = 60
_BESIDE_WORDS = re.compile(r"[^\w']+|_+")


def small_talk(text: str) -> RemarkKind | None:
    """Return what an input is if the whole of it is a greeting, thanks or a question about this program; else None."""
    if len(text) > _LONGEST_CHARS:
        return None
    words = _BESIDE_WORDS.sub(" ", comparing_form(text)).strip()
    return next((kind for kind, whole in _WHOLE.items() if whole.fullmatch(words)), None)


def small_talk_remark(text: str, archive: Archive) -> Remark | None:
    """Return what to say to a greeting and the like, with questions to try; None for anything else."""
    kind = small_talk(text)
    if kind is None:
        return None
    number = archive.count_articles()
    if not number:
        return Remark(kind, "This archive holds no articles yet; `pullquote add` adds some.")
    held = "the one article" if number == 1 else f"the {number:,} articles"
    does = f"answers questions from {held} in this archive, in the very words that were printed, each with its source."
    said = {
        RemarkKind.GREETING: f"Hello. Pullquote {does}",
        RemarkKind.THANKS: f"You are welcome. Pullquote {does}",
        RemarkKind.ABOUT: f"Pullquote {does} It writes nothing of its own, and says so where the archive is silent.",
    }[kind]
    return Remark(kind, said, questions_to_try(archive))


def language_remark(question: str, archive: Archive) -> Remark | None:
    """Return what to say to a question that is surely in another language than the archive; None for any other."""
    asked = foreign_language(question, archive)
    if asked is None:
        return None
    names = [name_of(language) for language in languages_of(archive)]
    among = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    ask = names[0] if len(names) == 1 else "one of these"
    return Remark(
        RemarkKind.LANGUAGE,
        f"This question seems to be in {name_of(asked)}. The articles in this archive are in {among}: ask in {ask}.",
    )
