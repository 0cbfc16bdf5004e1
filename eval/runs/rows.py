"""One row a question: what was answered and how it compares to the gold; and the facts of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pullquote.eval.gold.questions import GoldQuestion


@dataclass(frozen=True, slots=True)
class CandidatePlace:
    """Where the best candidate stands: the passage that was read, and the span in it by `[start, end)`."""

    article: str
    title: str
    outlet: str
    published: str
    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate: its text and confidence, whether it is right, and what the confidence was made of."""

    text: str
    confidence: float
    right: bool
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class QuotationRow:
    """One quotation: its words, those marked in it, its confidence, whether it answers (`asking.quotation_right`)."""

    text: str
    marked: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one question.

    `best` is the top candidate, whether it was given or withheld; `exact_match`, `f1`, `right` and
    `right_source` judge it, so that what abstaining costs can be told apart from what reading costs.

    Attributes:
        id, type, split, question, as_of, accepted, answerable, far, story, why: the question's.
        judged: the set says what the right answer is; only then are the judgements worth anything.
        answer: what was given; None when abstaining.
        best: text of the top candidate; "" without any.
        confidence: of the top candidate, 0..1.
        exact_match, f1: of `best`, 0..1.
        right: `best` is an accepted wording, loosely normalised.
        right_source: `right`, and its first citation overlaps a supporting span; None where the set has no spans.
        verbatim: every citation of every candidate is exactly the article's text there.
        origins_right: the origins counted for `best` are those of the articles cited; None where the set doesn't
            know, or more were counted than are cited.
        items_found: of a list's items, the share that is among the candidates or the list's items found.
        values_found: of the different values that were given by then, the share that is among the candidates.
        hits: keys of the articles found, best first, each once.
        relevant: keys of the articles that should be found, with their grade.
        answer_rank: 1-based rank of the first passage that holds an accepted answer; None where none of those
            looked at does.
        candidates: best first.
        quotations: best first.
        state: "sure", "speaks" or "silent".
        form: the question's.
        place: where `best` stands.
        timings_ms: milliseconds by stage.
        error: why the question could not be asked; such a row counts as answered wrongly.
    """

    id: str
    type: str
    split: str
    question: str
    as_of: str | None
    accepted: tuple[str, ...]
    answerable: bool
    judged: bool = True
    far: bool = False
    answer: str | None = None
    best: str = ""
    confidence: float = 0.0
    exact_match: float = 0.0
    f1: float = 0.0
    right: bool = False
    right_source: bool | None = None
    verbatim: bool = True
    origins_right: bool | None = None
    items_found: float | None = None
    values_found: float | None = None
    hits: tuple[str, ...] = ()
    relevant: Mapping[str, int] = field(default_factory=dict)
    answer_rank: int | None = None
    candidates: tuple[CandidateRow, ...] = ()
    place: CandidatePlace | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    story: str = ""
    why: str = ""
    quotations: tuple[QuotationRow, ...] = ()
    state: str = "silent"
    form: str = ""

    @property
    def abstained(self) -> bool:
        """Whether no answer was given."""
        return self.answer is None

    @property
    def good(self) -> bool:
        """Whether the right thing was done: a right answer given, or none where there is none."""
        if self.error:
            return False
        return (not self.abstained and self.right) if self.answerable else self.abstained

    def quoted(self, count: int) -> bool:
        """Return whether one of the first `count` quotations is right."""
        return any(quotation.right for quotation in self.quotations[:count])

    @property
    def useful(self) -> bool:
        """Whether a user has what he needs: a right value where it is sure, else a right quotation among three.

        Where there is no answer, only silence is useful.
        """
        if self.error:
            return False
        if self.state == "silent":
            return not self.answerable
        return self.answerable and (self.right if self.state == "sure" else self.quoted(3))

    def given(self, figure: float) -> float:
        """Return a judgement of `best` as it counts for what was given: 0 for an answer withheld or not there to give.

        Where the archive holds no answer, withholding counts 1 and any answer 0 (as in SQuAD 2.0).
        """
        if not self.answerable or self.error:
            return float(self.good)
        return 0.0 if self.abstained else float(figure)


def blank(question: GoldQuestion, *, error: str = "") -> Row:
    """Return the row of a question that was not answered at all."""
    return Row(
        id=question.id,
        type=question.type,
        split=question.split,
        question=question.question,
        as_of=question.as_of.isoformat() if question.as_of else None,
        accepted=question.answers,
        answerable=question.answerable,
        judged=question.judged,
        far=question.far,
        right_source=False if question.spans else None,
        items_found=0.0 if question.items else None,
        values_found=0.0 if question.values_by_then() else None,
        relevant=dict(question.relevant_articles()),
        error=error,
        story=question.story,
        why=question.why,
        form=question.form,
    )


def complete(rows: Iterable[Row], questions: Sequence[GoldQuestion]) -> list[Row]:
    """Return one row for each question, in their order; a question without one scores as answered wrongly."""
    by_id = {row.id: row for row in rows}
    return [by_id.get(question.id) or blank(question, error="missing from the run") for question in questions]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run was: enough to know whether two can be compared, and to do it again.

    Attributes:
        pullquote: version.
        gold, gold_sha256: the question set.
        split: part of it.
        n: questions of that part.
        archive_sha256: of the articles' texts and metadata, and of the embedder.
        articles, passages: in the archive.
        reader, reader_sha256, embedder, embedder_sha256: the models.
        confidence_sha256: of the fitted confidence; "" without one.
        settings: everything else that changes answers.
        seed: of the bootstrap.
        bfloat16: whether the processor has it (it changes the last digits of scores, and the speed).
        cores: processor cores.
        code_sha256: of the code that answers and judges; "" of runs that were kept before this was.
        confidence_fitted_on: the questions that the confidence was fitted on, for people; on those it looks better
            than it is. "" without a fit, and of runs that were kept before this was.
        combination_sha256: of the fitted ranking of values; "" without one, and of runs that were kept before this was.
    """

    pullquote: str
    gold: str
    gold_sha256: str
    split: str
    n: int
    archive_sha256: str
    articles: int
    passages: int
    reader: str
    reader_sha256: str
    embedder: str
    embedder_sha256: str
    confidence_sha256: str
    settings: Mapping[str, Any]
    seed: int
    bfloat16: bool
    cores: int
    code_sha256: str = ""
    confidence_fitted_on: str = ""
    combination_sha256: str = ""
