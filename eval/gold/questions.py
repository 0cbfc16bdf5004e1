"""Gold questions: what is asked, what counts as right, and which printed words support it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pullquote import answers
from pullquote.articles import Article
from pullquote.eval.metrics.wording import is_right
from pullquote.index.sources.files import FORMATS

TYPES = ("fact", "unanswerable", "changing", "speaker", "list", "followup", "explain")
SPLITS = ("tune", "report")
# Why an archive doesn't hold an answer; "outside" is what no paper of that world would print.
WHYS = ("wrong-event", "missing-fact", "false-premise", "outside")
# An id that the archive made of a file's name; an article's own may end in twelve hex digits, too (UUIDs do).
_OF_FILE = re.compile(
    rf"(?P<name>.+(?:{'|'.join(map(re.escape, FORMATS))})(?:\.gz)?)-[0-9a-f]{{12}}", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A printed place that answers: `[start, end)` in characters of the article's text.

    Attributes:
        article: the article's URL, its id, or the name of its file (see `article_key`).
        start: first character.
        end: one past the last character.
        text: exactly the article's text there.
    """

    article: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class GoldDatedValue:
    """The value that one outlet gave on one day, where outlets disagree or the answer changed."""

    value: str
    outlet: str
    published: dt.date
    article: str


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """An earlier question of the same conversation, its answer and, where the set tells, its rewrite."""

    question: str
    answer: str
    rewrite: str = ""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """One question with what counts as right.

    Attributes:
        id: unique in its set.
        question: as a user would type it.
        type: one of `TYPES` in the project's own sets; other formats bring their own.
        answers: accepted wordings; empty where the archive doesn't hold the answer.
        split: "tune", "report", or "" where the set isn't split.
        story: the running story it belongs to, or "".
        as_of: the day on which it is asked.
        spans: every printed place that answers.
        values: what each outlet gave, dated.
        items: of a list, the wordings of each item.
        history: earlier turns, oldest first.
        rewrite: of a follow-up, the same question so that it needs no turns before it; else "".
        far: worded far from the article.
        why: of an unanswerable one: wrong-event, missing-fact, false-premise or outside.
        form: how it is worded or what it asks for (keywords, typo, why, yesno...), where the set tells; else "".
        relevant: article keys with their grade, where the set judges articles and not answers (BEIR).
        where: `file:line`, for messages.
        lenient: the set gives one wording of many that people accept (RealTime QA), not each of them.
    """

    id: str
    question: str
    type: str = "fact"
    answers: tuple[str, ...] = ()
    split: str = ""
    story: str = ""
    as_of: dt.date | None = None
    spans: tuple[GoldSpan, ...] = ()
    values: tuple[GoldDatedValue, ...] = ()
    items: tuple[tuple[str, ...], ...] = ()
    history: tuple[GoldTurn, ...] = ()
    rewrite: str = ""
    far: bool = False
    why: str = ""
    form: str = ""
    relevant: Mapping[str, int] = field(default_factory=dict)
    where: str = ""
    lenient: bool = False

    @property
    def answerable(self) -> bool:
        """Whether the archive holds an answer."""
        return bool(self.answers)

    def accepts(self, text: str) -> bool:
        """Return whether a text says the same as one of the accepted answers (see `is_right`)."""
        return is_right(text, self.answers, lenient=self.lenient)

    @property
    def judged(self) -> bool:
        """Whether the set says what the right answer is (BEIR's judge articles only)."""
        return bool(self.answers) or not self.relevant

    @property
    def subject(self) -> str:
        """What it is about: questions of one subject come out alike."""
        return self.story or self.id

    def values_by_then(self) -> tuple[str, ...]:
        """Return the values, one a printed place, that had been printed by the day of the question."""
        return tuple(one.value for one in self.values if self.as_of is None or one.published <= self.as_of)

    def relevant_articles(self) -> Mapping[str, int]:
        """Return article keys with their grade: those that the set names, else those with a span."""
        return self.relevant or {span.article: 1 for span in self.spans}


def overlaps(spans: Sequence[GoldSpan], article: str, start: int, end: int) -> bool:
    """Return whether `[start, end)` of an article, named by its key, overlaps one of some spans."""
    return any(span.article == article and span.start < end and start < span.end for span in spans)


def history_of(question: GoldQuestion) -> list[answers.Turn]:
    """Return the turns before a question; a gold set's turns carry no citation."""
    return [answers.Turn(turn.question, turn.answer) for turn in question.history]


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Questions, and the articles to ask them of.

    Attributes:
        name: for reports.
        questions: in the order of the file.
        sha256: of the questions as they stand in the file.
        sources: files and folders of the articles, for `Archive.add`; empty where the set brings none.
        articles: articles that the set carries in its own format, in place of `sources`.
        reprints: groups of article keys that are one origin.
        stories: articles of each story.
        skipped: one sentence for each bad row that was left out, and one for those without an answer yet.
        archive: the archive that the set's manifest names to ask it of, or None.
        scorer: whose normalisation EM and F1 use: "squad" or "realtimeqa".
    """

    name: str
    questions: tuple[GoldQuestion, ...]
    sha256: str
    sources: tuple[Path, ...] = ()
    articles: tuple[Article, ...] = ()
    reprints: tuple[frozenset[str], ...] = ()
    stories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    scorer: str = "squad"
    archive: Path | None = None

    @property
    def brings_articles(self) -> bool:
        """Whether the articles come with the set."""
        return bool(self.sources or self.articles)

    def of_split(self, split: str) -> tuple[GoldQuestion, ...]:
        """Return the questions of a split; all of them for "all"."""
        return tuple(one for one in self.questions if split in ("all", one.split))


def article_key(url: str | None, article_id: str) -> str:
    """Return the name by which gold sets know an article: its URL, else its id, else the name of its file.

    To an article without either, the archive gives its file's name and a hash of where it lay; the hash is
    left out, so that a gold set means the same article on every machine.
    """
    of_file = _OF_FILE.fullmatch(article_id)
    return url or (of_file["name"] if of_file else article_id)


def shipped_gold() -> Path:
    """Return the folder of the gold set that ships with the package."""
    return Path(__file__).parents[1] / "newsroom"
