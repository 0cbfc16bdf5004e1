"""The review of a gold set's questions: each is shown with the sentences that answer, and kept, edited or dropped."""

from __future__ import annotations

import datetime as dt
import getpass
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pullquote.articles import Article
from pullquote.errors import InputError
from pullquote.filters import parse_date
from pullquote.printable import one_line
from pullquote.ui.cli.evaluation.choosing_places import choose_places
from pullquote.ui.cli.evaluation.dialogue import DialogueEnded, ask_key, ask_line, tell
from pullquote.ui.wording import imprint

if TYPE_CHECKING:
    from pullquote.eval.gold.own_sets import OwnSet, SetLine
    from pullquote.index.archive import Archive

_CHOICES = {"k": "keep", "e": "edit", "p": "leave places out", "d": "drop", "s": "skip", "q": "quit"}
# What an answer of its own brings; a row that is edited loses them.
_ANSWER_KEYS = ("answers", "spans", "open", "type", "why", "wrong", "items", "values")


@dataclass(slots=True)
class Reviewed:
    """How many questions were kept, edited, dropped and skipped, and how many are left."""

    kept: int = 0
    edited: int = 0
    dropped: int = 0
    skipped: int = 0
    left: int = 0


class Review:
    """Walks the questions of a set that nobody has reviewed.

    Args:
        own: the set.
        archive: the one that it is asked of; None where there is none.
        article: gives an article by the name that gold sets know it by, or None.
        by: who reviews.
        again: also those that were reviewed.
    """

    def __init__(
        self,
        own: OwnSet,
        archive: Archive | None,
        article: Callable[[str], Article | None],
        *,
        by: str = "",
        again: bool = False,
    ) -> None:
        self._own, self._archive, self._article = own, archive, article
        self._by = by or _user()
        self._again = again

    def run(self) -> Reviewed:
        """Ask about each question; what is decided is on the disk before the next is shown."""
        lines = (line for line in self._own.lines() if line.row is not None)
        waiting = [line for line in lines if self._again or "reviewed" not in (line.row or {})]
        done = Reviewed(left=len(waiting))
        for number, line in enumerate(waiting, 1):
            tell(f"\n{number} of {len(waiting)}  ({line.id})")
            try:
                if not self._decide(line, done):
                    break
            except DialogueEnded:
                break
        return done

    def _decide(self, line: SetLine, done: Reviewed) -> bool:
        """Ask what becomes of a question; return False where the person has had enough."""
        row = dict(line.row or {})
        self._show(row)
        while True:
            key = ask_key(_CHOICES)
            if key == "q":
                return False
            if key == "s":
                done.skipped += 1
                return True
            if key == "d":
                self._own.drop(line)
                done.dropped += 1
                break
            if key == "e":
                row = self._edited(row)
                self._show(row)
                line = self._own.change(line, row)
            if key == "p":
                row = _without_places(row)
                self._show(row)
                line = self._own.change(line, row)
                continue
            if row.get("open"):
                tell("It has no answer yet: edit it (e), drop it (d), or skip it (s).")
                continue
            self._own.change(line, row | {"reviewed": {"by": self._by, "at": _now()}})
            if key == "e":
                done.edited += 1
            else:
                done.kept += 1
            break
        done.left -= 1
        return True

    def _show(self, row: Mapping[str, Any]) -> None:
        day = f"  (as of {one_line(str(row['as_of']))})" if row.get("as_of") else ""
        tell(f"{one_line(row['question'])}{day}")
        if row.get("wrong"):
            tell(f"  wrong, as somebody said: {_listed(row['wrong'])}")
        if row.get("open"):
            told = f" (proposed: {_listed(row['answers'])})" if row.get("answers") else ""
            tell(f"  no answer yet{told}")
        elif row.get("type") == "unanswerable":
            tell("  the archive has no answer")
        else:
            tell(f"  answer: {_listed(row.get('answers'))}")
        for number, span in enumerate(row.get("spans") or (), 1):
            self._show_span(number, span)

    def _show_span(self, number: int, facts: object) -> None:
        from pullquote.eval.gold.places import sentence_of
        from pullquote.eval.gold.questions import GoldSpan

        try:
            span = GoldSpan(**facts)  # type: ignore[arg-type]
            sentence = sentence_of(span, self._article)
        except (TypeError, AttributeError):
            tell(f"  {number:>3}  not understood: {one_line(str(facts))[:200]}")
            return
        if sentence is None:
            why = (
                "not compared with the article" if self._article(span.article) is None else "the article differs there"
            )
            tell(f"  {number:>3}  {one_line(span.article)}: “{one_line(span.text)}” ({why})")
            return
        article, text = sentence.article, sentence.text
        start, end = span.start - sentence.start, span.end - sentence.start
        tell(f"  {number:>3}  {one_line(imprint(article.outlet, (), article.published)) or one_line(span.article)}")
        tell(f"       {one_line(text[:start] + '[' + text[start:end] + ']' + text[end:])}")

    def _edited(self, row: dict[str, Any]) -> dict[str, Any]:
        question = ask_line("Question (Enter keeps it):") or row["question"]
        row = row | {"question": question}
        row = self._with_day(row)
        if self._archive is not None:
            facts = choose_places(self._archive, question, parse_date(row.get("as_of"))).facts()
            if facts.get("open"):
                return row  # nothing was chosen: what was there stays
            return {key: value for key, value in row.items() if key not in _ANSWER_KEYS} | facts
        said = ask_line('Answers, parted by "|" ("none": there is none; Enter keeps them):')
        if not said:
            return row
        facts = {"type": "unanswerable"} if said.casefold() == "none" else {"answers": _parted(said)}
        return {key: value for key, value in row.items() if key not in _ANSWER_KEYS} | facts

    def _with_day(self, row: dict[str, Any]) -> dict[str, Any]:
        while True:
            said = ask_line('Asked as of (a day such as 2031-05-04; "none"; Enter keeps it):')
            if not said:
                return row
            if said.casefold() == "none":
                return {key: value for key, value in row.items() if key != "as_of"}
            try:
                return row | {"as_of": str(parse_date(said))}
            except InputError as error:
                tell(str(error))


def _without_places(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without the places that the person names, and without the answers that stood only there."""
    spans = row.get("spans") or []
    said = ask_line("Which places don't answer? Their numbers:")
    out = {int(part) for part in re.findall(r"\d+", said)}
    left = [span for number, span in enumerate(spans, 1) if number not in out]
    if len(left) == len(spans) or not left:
        tell("At least one place has to stay, and one has to go; nothing was changed.")
        return row
    texts = {span.get("text") for span in left}
    return row | {"spans": left, "answers": [one for one in row.get("answers") or [] if one in texts]}


def _listed(values: object) -> str:
    return " / ".join(f"“{one_line(str(value))}”" for value in (values if isinstance(values, list) else [values]))


def _parted(said: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in said.split("|") if part.strip()))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
