"""Which language a question is in, where the archive is in another: said only when sure.

A question whose small words are printed all over the archive is in the archive's language, and no model is asked. The
rest is py3langid's to say, among the languages that people are likely to ask in. Chosen by 76 questions in 14 other
languages and the gold's 1,145 in English, their key words and their names alone: from a probability of 0.8 on py3langid
names 70 of the 76, takes none for a third language, and nothing English for another. lingua, twenty times as large,
names 65 from 0.5 on, where it begins to take names alone for another language; langdetect names 67 and takes seven for
a third language, and names alone for another in every third case.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pullquote.index.search.printed_words import printed
from pullquote.qa.questions.question_words import words_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

    from pullquote.index.archive import Archive

NAMES = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hu": "Hungarian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
_SURE_FROM = 0.8
# A word counts as the archive's own if one passage in so many prints it, and a question if so many of its words are.
_PASSAGES_A_WORD = 5_000
_OWN_SHARE = 0.75
# Of a question without its mark, such as key words, more has to be there: "tour de france" is asked in English.
_FEWEST_WORDS, _FEWEST_UNMARKED = 2, 4
# What the archive's language is told from.
_ARTICLES, _CHARS = 20, 1_000
# A language of fewer of these articles is a quotation's, or an error.
_LEAST_SHARE = 0.1

# By archive: the generation, and the languages of its articles, commonest first.
_known: WeakKeyDictionary[Archive, tuple[int, tuple[str, ...]]] = WeakKeyDictionary()


def foreign_language(question: str, archive: Archive) -> str | None:
    """Return the language that a question is in, by its code, if that is surely none of the archive's; else None."""
    words = words_of(question)
    small = [word.text for word in words if not (word.capital or word.number or word.quote or word.sign)]
    fewest = _FEWEST_WORDS if question.rstrip().endswith(("?", ";")) else _FEWEST_UNMARKED
    if _cased(question) and len(small) < fewest:
        return None
    least = archive.count_passages() // _PASSAGES_A_WORD
    own = sum(1 for word in small if (times := printed(archive, word)) is None or times > least)
    if not small or own >= _OWN_SHARE * len(small):
        return None
    language, probability = _identifier().classify(question)
    if probability < _SURE_FROM or language in languages_of(archive):
        return None
    return str(language) if languages_of(archive) else None


def languages_of(archive: Archive) -> tuple[str, ...]:
    """Return the languages that an archive's articles are in, by their codes, the commonest first."""
    generation = archive.generation
    known = _known.get(archive)
    if known is None or known[0] != generation:
        known = _known[archive] = generation, _gathered(archive)
    return known[1]


def name_of(language: str) -> str:
    """Return a language's English name."""
    return NAMES.get(language, language)


def _gathered(archive: Archive) -> tuple[str, ...]:
    counted: Counter[str] = Counter()
    for article in archive.sample(limit=_ARTICLES):
        stated = (article.language or "").replace("_", "-").partition("-")[0].casefold()
        text = f"{article.title}\n{article.text[:_CHARS]}"
        counted[stated if stated in NAMES else str(_identifier().classify(text)[0])] += 1
    return tuple(name for name, number in counted.most_common() if number >= _LEAST_SHARE * counted.total())


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(NAMES))
    return identifier


def _cased(text: str) -> bool:
    """Return whether a text is in a script that has capitals, most of it."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(1 for letter in letters if letter.lower() != letter.upper()) > len(letters) / 2
