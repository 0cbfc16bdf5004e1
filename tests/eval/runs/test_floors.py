"""The gate: open at the pinned figures and a little below, shut for a reader that got worse or too sure."""

import json
from dataclasses import asdict, replace
from math import log
from pathlib import Path

import pytest

from pullquote.errors import InputError, SourceError
from pullquote.eval.gold.questions import GoldQuestion, GoldSet, GoldSpan
from pullquote.eval.runs import floors
from pullquote.eval.runs.asking import ask_all
from pullquote.eval.runs.floors import Floors, failures, pin, pinned_figures, pinned_types, type_slack
from pullquote.eval.runs.scores import Figure, Group, Scores, score
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.ranking.found import TEMPERATURE
from pullquote.qa.reading.reader import Reading, ScoredSpan

from eval_fakes import FACTS, FindingReader, span, write_lines
from fakes import HashEmbedder

PINNED = {
    "right": 70.0,
    "f1": 75.0,
    "right_source": 60.0,
    "quoted": 65.0,
    "useful": 55.0,
    "hit@20": 90.0,
    "auroc": 0.8,
    "ece": 0.05,
    "verbatim": 100.0,
}
# Type to its pin, and how many questions of it the run has.
TYPES, ASKED = {"unanswerable": 80.0, "fact": 55.0, "list": 40.0}, {"unanswerable": 68, "fact": 165, "list": 5}


def scores_with(types=None, **changed):
    """Return the scores of a run with the figures of PINNED and TYPES, but for changed ones; None leaves one out."""
    known = {name: Figure(value, 0.0, 100.0, 9) for name, value in (PINNED | changed).items() if value is not None}

    def group(right, n=9):
        other = Figure(1.0, 0.0, 2.0, n)
        return Group(
            n=n,
            exact_match=other,
            f1=known.get("f1", other),
            right=right,
            right_source=known.get("right_source"),
            answered=other,
            best_exact_match=None,
            best_f1=None,
            best_right=None,
            useful=known["useful"],
            quotation=known.get("quoted"),
            quotation_in_3=None,
            states={},
        )

    kinds = {name: value for name, value in (TYPES | (types or {})).items() if value is not None}
    return Scores(
        groups={"all": group(known["right"]), "answerable": group(Figure(3.0, 0.0, 9.0, 9))}
        | {name: group(Figure(value, 0.0, 100.0, 9), ASKED[name]) for name, value in kinds.items()}
        | {"far": group(Figure(2.0, 0.0, 9.0, 9))},
        why={},
        retrieval={"hit@1": Figure(2.0, 0.0, 9.0, 9)} | {k: v for k, v in known.items() if k == "hit@20"},
        abstention={"aurc": Figure(0.4, 0.0, 1.0, 9)} | {k: v for k, v in known.items() if k == "auroc"},
        curve=(),
        threshold=None,
        calibration={"brier": Figure(0.3, 0.0, 1.0, 9)} | {k: v for k, v in known.items() if k == "ece"},
        bins=(),
        citations={k: v for k, v in known.items() if k == "verbatim"},
        lists={},
        quotations={},
        latency_ms={},
        errors=0,
    )


NOTHING = replace(
    scores_with(), groups={}, retrieval={"nDCG@10": Figure(50, 0, 100, 9)}, abstention={}, calibration={}, citations={}
)
FLOORS = Floors("aa" * 32, "bb" * 32, "report", PINNED, TYPES)


def test_what_is_pinned():
    assert pinned_figures(scores_with()) == PINNED
    assert pinned_figures(scores_with(right=66.666666)) == PINNED | {"right": 66.6667}
    without = ("right_source", "auroc")
    assert pinned_figures(scores_with(**dict.fromkeys(without))).keys() == PINNED.keys() - set(without)
    assert pinned_figures(NOTHING) == {}
    assert pinned_types(scores_with()) == TYPES
    assert pinned_types(scores_with(types={"list": None, "fact": 33.333333})) == {"unanswerable": 80.0, "fact": 33.3333}
    assert pinned_types(NOTHING) == {}


@pytest.mark.parametrize(
    ("figure", "still", "no_more"),
    [
        ("right", 68.5, 68.4),
        ("f1", 73.5, 73.4),
        ("right_source", 58.5, 58.4),
        ("hit@20", 88.5, 88.4),
        ("auroc", 0.78, 0.7799),
        ("ece", 0.07, 0.0701),
        ("verbatim", 100.0, 99.99),
    ],
)
def test_the_gate_has_a_little_slack(figure, still, no_more):
    assert failures(FLOORS, FACTS, scores_with(**{figure: still})) == []
    (sentence,) = failures(FLOORS, FACTS, scores_with(**{figure: no_more}))
    asked = "at most" if figure == "ece" else "at least"
    assert sentence.startswith(f"{figure} is {no_more:g}; {asked} {PINNED[figure]:g} (")


@pytest.mark.parametrize(
    ("n", "slack", "questions"),
    [
        (432, 1.5, 6),
        (165, 2.43, 4),  # 1.5 * sqrt(432 / 165) = 2.427
        (73, 3.65, 2),
        (68, 3.79, 2),
        (39, 5.0, 1),
        (29, 5.79, 1),
        (9, 11.12, 1),  # one question is more than 1.5 * sqrt(48) = 10.4
        (1, 100.0, 1),
    ],
)
def test_a_types_slack_suits_how_many_it_has(n, slack, questions):
    assert type_slack(n) == slack
    assert questions * 100 / n <= slack < (questions + 1) * 100 / n


@pytest.mark.parametrize(
    ("kind", "still", "no_more", "asked"),
    [
        ("fact", 52.57, 52.56, "fact: right is 52.56; at least 55 (- 2.43) is asked."),
        ("unanswerable", 76.21, 76.2, "unanswerable: withheld is 76.2; at least 80 (- 3.79) is asked."),
        # Of five, one may be lost, but not two.
        ("list", 20.0, 0.0, "list: right is 0; at least 40 (- 20) is asked."),
    ],
)
def test_a_type_has_a_floor_of_its_own(kind, still, no_more, asked):
    assert failures(FLOORS, FACTS, scores_with(types={kind: still})) == []
    assert failures(FLOORS, FACTS, scores_with(types={kind: no_more})) == [asked]


def test_better_figures_open_the_gate():
    better = {name: 0.0 if name == "ece" else 1.0 if name == "auroc" else 100.0 for name in PINNED}
    assert failures(FLOORS, FACTS, scores_with(types=dict.fromkeys(TYPES, 100.0), **better)) == []


def test_every_broken_floor_is_named():
    broken = failures(FLOORS, FACTS, scores_with(right=1.0, ece=0.9, auroc=None))
    assert [sentence.split()[0] for sentence in broken] == ["right", "auroc", "ece"]
    assert broken[1] == "auroc is pinned at 0.8, but this run doesn't have it."
    assert len(failures(FLOORS, FACTS, NOTHING)) == len(PINNED) + len(TYPES)
    assert failures(FLOORS, FACTS, scores_with(types={"list": None})) == [
        "list: right is pinned at 40, but this run doesn't have it."
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"gold_sha256": "ab" * 32}, "another gold (aaaaaaaaaaaa, now abababababab)"),
        ({"archive_sha256": "ab" * 32}, "another archive (bbbbbbbbbbbb, now abababababab)"),
        ({"split": "tune"}, "another split (report, now tune)"),
    ],
)
def test_figures_of_something_else_are_not_compared(change, what):
    (sentence,) = failures(FLOORS, replace(FACTS, **change), scores_with())
    assert what in sentence
    assert "--pin" in sentence
    with pytest.raises(InputError, match="the questions or articles are others than those of the pins"):
        pin(FLOORS, replace(FACTS, **change), scores_with())
    moved = pin(FLOORS, replace(FACTS, **change), scores_with(), reason="two articles corrected")
    assert moved.regressions == ("two articles corrected: measured on other questions or articles",)
    assert failures(moved, replace(FACTS, **change), scores_with()) == []


def test_another_reader_is_measured_by_the_same_floors():
    assert failures(FLOORS, replace(FACTS, reader_sha256="ee" * 32, seed=9, confidence_sha256="f"), scores_with()) == []


def test_the_first_pin_and_a_higher_one_are_free():
    first = pin(None, FACTS, scores_with())
    assert first == FLOORS
    raised = pin(first, FACTS, scores_with(right=71.0, ece=0.04))
    assert raised.floors == PINNED | {"right": 71.0, "ece": 0.04}
    assert raised.regressions == ()
    assert pin(raised, FACTS, scores_with(right=71.0, ece=0.04)) == raised
    types = pin(raised, FACTS, scores_with(types={"fact": 56.0}, right=71.0, ece=0.04))
    assert (types.types, types.regressions) == (TYPES | {"fact": 56.0}, ())


@pytest.mark.parametrize(
    ("change", "worse"),
    [
        ({"right": 69.9}, "right 70 -> 69.9"),
        ({"ece": 0.06, "right": 99.0}, "ece 0.05 -> 0.06"),
        ({"auroc": None}, "auroc 0.8 -> nan"),
        ({"right": 1.0, "f1": 2.0}, "right 70 -> 1, f1 75 -> 2"),
        # Overall as before: one type pays for the other.
        ({"types": {"fact": 54.9, "list": 100.0}}, "fact: right 55 -> 54.9"),
        ({"types": {"unanswerable": 79.0}}, "unanswerable: withheld 80 -> 79"),
        ({"types": {"list": None}}, "list: right 40 -> nan"),
    ],
)
def test_lowering_a_pin_takes_a_reason_which_is_kept(change, worse):
    for reason in ("", "  "):
        with pytest.raises(InputError, match="--allow-regression") as refused:
            pin(FLOORS, FACTS, scores_with(**change), reason=reason)
        assert f"({worse})" in str(refused.value)
    lowered = pin(FLOORS, FACTS, scores_with(**change), reason="a smaller reader")
    assert lowered.floors == pinned_figures(scores_with(**change))
    assert lowered.types == pinned_types(scores_with(**change))
    assert lowered.regressions == (f"a smaller reader: {worse}",)
    again = pin(lowered, FACTS, scores_with(**change | {"verbatim": 99.0}), reason="again")
    assert again.regressions == (f"a smaller reader: {worse}", "again: verbatim 100 -> 99")
    # A reason where nothing falls is not kept.
    assert pin(lowered, FACTS, scores_with(**change), reason="no need").regressions == lowered.regressions


def test_a_set_without_answers_has_nothing_to_pin():
    with pytest.raises(InputError, match="Tarn judges no answers"):
        pin(None, FACTS, NOTHING)


def test_floors_come_back_as_they_were_written(tmp_path):
    kept = replace(FLOORS, regressions=("größer: right 70 -> 1",))
    floors.write(kept, tmp_path / "floors.json")
    assert floors.read(tmp_path / "floors.json") == kept


GOOD = {
    "gold_sha256": "a",
    "archive_sha256": "b",
    "split": "c",
    "floors": {"right": 70.0},
    "types": {"fact": 60.0},
    "regressions": [],
}


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{}",
        "null",
        *(json.dumps({key: value for key, value in GOOD.items() if key != name}) for name in GOOD if name != "types"),
        json.dumps(GOOD | {"types": {"fact": float("inf")}}),
        json.dumps(GOOD | {"types": ["fact"]}),
        json.dumps(GOOD | {"floors": ["right"]}),
        json.dumps(GOOD | {"floors": {"right": "high"}}),
        json.dumps(GOOD | {"floors": {"right": None}}),
        # These would hold the gate open for ever.
        json.dumps(GOOD | {"floors": {"right": float("nan")}}),
        json.dumps(GOOD | {"floors": {"right": float("-inf")}}),
        json.dumps(GOOD | {"floors": {}}),
    ],
)
def test_damaged_floors_are_refused(tmp_path, damage):
    (tmp_path / "floors.json").write_text(json.dumps(GOOD))
    whole = floors.read(tmp_path / "floors.json")
    assert (whole.floors, whole.types, whole.older) == ({"right": 70.0}, {"fact": 60.0}, False)
    (tmp_path / "floors.json").write_text(damage)
    with pytest.raises(SourceError, match=r"floors\.json does not hold floors"):
        floors.read(tmp_path / "floors.json")


def older_floors(file):
    """Write FLOORS as they were kept before types were pinned."""
    facts = asdict(FLOORS) | {"floors": PINNED | {"unanswerable_right": 80.0}}
    file.write_text(json.dumps({name: value for name, value in facts.items() if name not in ("types", "older")}))
    return file


def test_floors_of_the_older_layout_are_read_and_pinned_anew_for_nothing(tmp_path):
    found = floors.read(older_floors(tmp_path / "floors.json"))
    assert found == replace(FLOORS, types={"unanswerable": 80.0}, older=True)
    assert failures(found, FACTS, scores_with(types={"fact": 1.0})) == []
    assert failures(found, FACTS, scores_with(types={"unanswerable": 70.0})) == [
        "unanswerable: withheld is 70; at least 80 (- 3.79) is asked."
    ]
    with pytest.raises(InputError, match="unanswerable: withheld 80 -> 79"):
        pin(found, FACTS, scores_with(types={"unanswerable": 79.0}))
    fresh = pin(found, FACTS, scores_with())
    assert fresh == FLOORS
    floors.write(fresh, tmp_path / "floors.json")
    kept = json.loads((tmp_path / "floors.json").read_text())
    assert list(kept) == ["gold_sha256", "archive_sha256", "split", "floors", "types", "regressions"]
    assert kept["types"] == TYPES


def test_the_floors_that_ship_can_be_read():
    shipped = floors.read(Path(floors.__file__).parents[1] / "floors.json")
    assert shipped.floors.keys() == PINNED.keys()
    assert "unanswerable" in shipped.types


def test_missing_floors_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"The floors .*none\.json cannot be read: No such file"):
        floors.read(tmp_path / "none.json")


# A reader at work: twelve articles of one sentence, a question on each; the reader is calibrated.

NAMES = [
    "Ulfrin",
    "Steg",
    "Morvig",
    "Halden",
    "Torsk",
    "Brask",
    "Vollan",
    "Rinsk",
    "Dumore",
    "Lindal",
    "Gatton",
    "Oskar",
]
TOWNS = ["Varn", "Tarn", "Skelm", "Nolby", "Brack", "Wennet", "Harrow", "Penn", "Aldry", "Corrin", "Ebba", "Quill"]
ARTICLES = [
    {"id": town, "text": f"In {town} the ferry {name} lies at the quay until {day} June."}
    for day, (town, name) in enumerate(zip(TOWNS, NAMES, strict=True), 2)
]
# The reader's confidence is true: of ten answers it gives, six are sure, and right; of the other four, at 3/4, three
# are right; of four it withholds, at 1/4, one is right and two have no answer at all.
SURE, LIKELY, UNLIKELY = 30.0, TEMPERATURE * log(3), -TEMPERATURE * log(3)  # votes: e^7.5, 3, 1/3


def asked_of(at):
    town, name = TOWNS[at], NAMES[at]
    return f"Which ferry lies at the quay in {town}?", name


def small_set():
    questions, found = [], {}
    for at, article in enumerate(ARTICLES[:10]):
        text, name = asked_of(at)
        place = GoldSpan(**span(article, name))
        questions.append(GoldQuestion(f"q{at}", text, answers=(name,), spans=(place,), split="report"))
        found[text] = [(TOWNS[at] if at == 9 else name, SURE if at < 6 else LIKELY)]
    for at in (10, 11):
        text = f"Who built the ferry that lies at the quay in {TOWNS[at]}?"
        questions.append(GoldQuestion(f"q{at}", text, type="unanswerable", split="report", why="missing-fact"))
        found[text] = [(NAMES[at], UNLIKELY)]
    for at in (10, 11):
        text, name = asked_of(at)
        place = GoldSpan(**span(ARTICLES[at], name))
        questions.append(GoldQuestion(f"p{at}", text, answers=(name,), spans=(place,), split="report"))
        found[text] = [(name if at == 10 else TOWNS[at], UNLIKELY)]
    return GoldSet("ferries", tuple(questions), "aa" * 32), found


class ShiftedByAWord(FindingReader):
    """Means the right place, and takes the word after it."""

    def read(self, question, passages, *, spans=5):
        readings = super().read(question, passages, spans=spans)
        return [
            Reading(tuple(self._next(passage.text, one) for one in reading.spans), reading.no_answer_score)
            for passage, reading in zip(passages, readings, strict=True)
        ]

    @staticmethod
    def _next(text, one):
        start = one.end + 1
        end = text.find(" ", start)
        return ScoredSpan(start, end if end > 0 else len(text), one.score)


class FiveTimesAsSure(FindingReader):
    """Finds the same, and says everything five times as loud."""

    def read(self, question, passages, *, spans=5):
        return [
            Reading(tuple(replace(one, score=5 * one.score) for one in reading.spans), 5 * reading.no_answer_score)
            for reading in super().read(question, passages, spans=spans)
        ]


@pytest.fixture(scope="module")
def quay(tmp_path_factory):
    folder = tmp_path_factory.mktemp("floors")
    with Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder()) as opened:
        opened.add([write_lines(folder / "articles.jsonl", ARTICLES)])
        yield opened


def measured(quay, reader, monkeypatch):
    monkeypatch.setattr("pullquote.eval.runs.asking.has_fast_bfloat16", lambda: False)
    gold, found = small_set()
    run = ask_all(Engine(quay, reader=reader(found)), gold, gold.questions, split="report")
    return run, score(run.rows, seed=7)


@pytest.mark.usefixtures("few_resamples")
def test_a_reader_that_got_worse_or_too_sure_shuts_the_gate(quay, monkeypatch):
    run, scores = measured(quay, FindingReader, monkeypatch)
    figures = pinned_figures(scores)
    # Right: six sure ones, three of four likely ones, two unanswerable ones withheld; of 14.
    assert figures["right"] == round(100 * 11 / 14, 4)
    # Right and from the right place: nine of the twelve with spans.
    assert figures["right_source"] == 75.0
    assert (figures["verbatim"], figures["hit@20"]) == (100.0, 100.0)
    assert pinned_types(scores) == {"fact": 75.0, "unanswerable": 100.0}
    # Sure (0.9994) and right; 0.75 and 3 of 4 right; 0.25 and 1 of 4 right.
    assert figures["ece"] < 0.001
    gate = pin(None, run.facts, scores)
    assert failures(gate, run.facts, scores) == []

    run, shifted = measured(quay, ShiftedByAWord, monkeypatch)
    assert shifted.citations["verbatim"].value == 100.0  # quoted to the letter, and wrong
    broken = [sentence.split()[0] for sentence in failures(gate, run.facts, shifted)]
    assert {"right", "f1", "right_source", "ece", "fact:"} <= set(broken)
    assert "unanswerable:" not in broken

    run, louder = measured(quay, FiveTimesAsSure, monkeypatch)
    assert pinned_figures(louder)["right"] == figures["right"]  # the same answers are given
    (sentence,) = failures(gate, run.facts, louder)
    # 0.9959 where 3 of 4 are right, 0.0041 where 1 of 4 is: 8 of 14 questions are off by 0.246.
    assert pinned_figures(louder)["ece"] == pytest.approx(8 / 14 * (3**5 / (3**5 + 1) - 0.75), abs=0.001)
    assert sentence.startswith("ece is 0.14")
