"""Which printed words answer a question: passages are shown, their sentences numbered, and a person says which."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pullquote.printable import one_line
from pullquote.ui.cli.evaluation.dialogue import ask_line, tell
from pullquote.ui.wording import imprint

if TYPE_CHECKING:
    from pullquote.eval.gold.places import PrintedSentence
    from pullquote.eval.gold.questions import GoldSpan
    from pullquote.index.archive import Archive

_PASSAGES = 5
_PROMPT = 'Which sentences answer? Their numbers; "more"; "none" if the archive has no answer; Enter leaves it open:'


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose: spans, or that there is no answer; neither leaves the question open."""

    spans: tuple[GoldSpan, ...] = ()
    absent: bool = False

    def facts(self) -> dict[str, Any]:
        """Return what of a gold row follows."""
        from dataclasses import asdict

        if self.absent:
            return {"type": "unanswerable"}
        if not self.spans:
            return {"open": True}
        answers = list(dict.fromkeys(span.text for span in self.spans))
        return {"answers": answers, "spans": [asdict(span) for span in self.spans]}


def choose_places(archive: Archive, question: str, as_of: dt.date | None) -> Chosen:
    """Return which words answer, as the person at the terminal says.

    Raises:
        DialogueEnded: nobody answers.
        PullquoteError: the archive can't be searched.
    """
    from pullquote.eval.gold.places import sentences_found

    shown: list[PrintedSentence] = []
    passages = 0
    while True:
        found = sentences_found(archive, question, as_of, skip=passages, limit=_PASSAGES)
        passages += len(found)
        for sentences in found:
            _show(sentences, len(shown))
            shown += sentences
        if not found:
            tell("There are no more passages." if shown else "No passage was found.")
        chosen = _ask(shown)
        if chosen is not None:
            return chosen


def _show(sentences: Sequence[PrintedSentence], before: int) -> None:
    if not sentences:
        return
    article = sentences[0].article
    where = " · ".join(
        filter(None, (one_line(article.title), one_line(imprint(article.outlet, (), article.published))))
    )
    tell(f"\n  {where or one_line(article.id)}")
    for number, sentence in enumerate(sentences, before + 1):
        tell(f"  {number:>3}  {one_line(sentence.text)}")


def _ask(shown: Sequence[PrintedSentence]) -> Chosen | None:
    """Return what was chosen of the sentences shown; None where more are wanted."""
    while True:
        said = ask_line(_PROMPT).casefold()
        if said in ("more", "m"):
            return None
        if said in ("none", "n"):
            return Chosen(absent=True)
        if not said:
            return Chosen()
        numbers = [int(part) for part in re.findall(r"\d+", said)]
        if not numbers or re.sub(r"[\d\s,;.]|and", "", said) or not all(1 <= one <= len(shown) for one in numbers):
            tell(f'Type numbers from 1 to {len(shown)}, such as "3" or "3, 7".')
            continue
        if spans := _words_of(shown, list(dict.fromkeys(numbers))):
            return Chosen(spans=tuple(spans))


def _words_of(shown: Sequence[PrintedSentence], numbers: Sequence[int]) -> list[GoldSpan]:
    """Return the words that answer in each of some sentences; none where the person wants other sentences.

    What one prints as another does isn't asked again.
    """
    spans: list[GoldSpan] = []
    for number in numbers:
        sentence = shown[number - 1]
        known = (sentence.span(span.text) for span in reversed(spans))
        span = next((one for one in known if one), None)
        while span is None:
            words = ask_line(
                f'Which words of sentence {number}? As printed (Enter: all of it; "back": other sentences):'
            )
            if words.casefold() == "back":
                return []
            span = sentence.span(words or sentence.text)
            if span is None:
                tell("These words don't stand in it; copy them as they are printed.")
        spans.append(span)
        tell(f"  {number}: “{one_line(span.text)}”")
    return spans
