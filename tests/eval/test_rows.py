"""Rows: what counts for what was given, and that they come back from disk as they went."""

import datetime as dt
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.errors import SourceError
from pullquote.eval.gold import DatedValue, GoldQuestion, GoldSpan
from pullquote.eval.rows import (
    FACTS_FILE,
    ROWS_FILE,
    CandidateRow,
    Place,
    Row,
    begin,
    blank,
    complete,
    read_facts,
    read_rows,
    row_line,
)

from eval_fakes import FACTS, candidate, right, row

SUPPORTED = GoldQuestion("q1", "Who chairs?", answers=("Lind",), spans=(GoldSpan("a", 0, 4, "Lind"),), far=True)
RETRIEVAL = GoldQuestion("q2", "Which?", type="retrieval", relevant={"d1": 2})
ABSENT = GoldQuestion("q3", "What pay?", type="unanswerable")
BOATS = GoldQuestion("q4", "Which boats?", type="list", answers=("Steg", "Osk"), items=(("Steg",), ("Osk",)))
TOLL = GoldQuestion(
    "q5",
    "How many?",
    type="changing",
    answers=("Nine",),
    values=(DatedValue("Nine", "Wire", dt.date(2031, 5, 4), "t"),),
)


@pytest.mark.parametrize(
    ("one", "good", "counted"),
    [
        (right("a"), True, 0.75),
        (row("a"), False, 0.75),  # wrong, but half its words are there
        (right("a", answer=None), False, 0.0),
        (row("a", answer=None), False, 0.0),
        (row("a", answerable=False), False, 0.0),
        (row("a", answerable=False, answer=None), True, 1.0),
        (row("a", answerable=False, answer=None, error="missing"), False, 0.0),
        (right("a", error="missing"), False, 0.0),
    ],
)
def test_what_counts_as_good(one, good, counted):
    assert (one.good, one.given(0.75)) == (good, counted)


def test_a_blank_row_is_wrong_and_keeps_what_is_known_of_the_question():
    one = blank(SUPPORTED, error="The question is empty.")
    assert (one.id, one.question, one.accepted, one.far) == ("q1", "Who chairs?", ("Lind",), True)
    assert (one.answerable, one.judged, one.right_source, one.relevant) == (True, True, False, {"a": 1})
    assert (one.abstained, one.good, one.confidence, one.best, one.right) == (True, False, 0.0, "", False)
    assert one.error == "The question is empty."
    assert (blank(RETRIEVAL).judged, blank(RETRIEVAL).relevant) == (False, {"d1": 2})
    assert (blank(ABSENT).answerable, blank(ABSENT).right_source) == (False, None)
    assert (one.items_found, one.values_found) == (None, None)
    assert (blank(BOATS).items_found, blank(BOATS).values_found) == (0.0, None)
    assert (blank(TOLL).items_found, blank(TOLL).values_found) == (None, 0.0)
    assert blank(replace(TOLL, as_of=dt.date(2031, 5, 3))).values_found is None


def test_missing_rows_are_there_as_wrong_ones_in_the_order_of_the_questions():
    rows = complete([right("q3", answerable=False, answer=None), row("stray")], [SUPPORTED, ABSENT, RETRIEVAL])
    assert [(one.id, one.error, one.good) for one in rows] == [
        ("q1", "missing from the run", False),
        ("q3", "", True),
        ("q2", "missing from the run", False),
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SHARE = st.floats(0, 1)
ROWS = st.builds(
    Row,
    id=TEXT,
    type=TEXT,
    split=TEXT,
    question=TEXT,
    as_of=st.none() | TEXT,
    accepted=st.lists(TEXT, max_size=2).map(tuple),
    answerable=st.booleans(),
    answer=st.none() | TEXT,
    best=TEXT,
    confidence=SHARE,
    right_source=st.none() | st.booleans(),
    items_found=st.none() | SHARE,
    hits=st.lists(TEXT, max_size=3).map(tuple),
    relevant=st.dictionaries(TEXT, st.integers(1, 3), max_size=2),
    answer_rank=st.none() | st.integers(1, 50),
    candidates=st.lists(
        st.builds(CandidateRow, TEXT, SHARE, st.booleans(), st.dictionaries(TEXT, st.floats(-50, 50), max_size=2)),
        max_size=2,
    ).map(tuple),
    place=st.none() | st.builds(Place, TEXT, TEXT, TEXT, TEXT, TEXT, st.integers(0, 9), st.integers(0, 9)),
    timings_ms=st.dictionaries(TEXT, st.floats(0, 1e6), max_size=2),
    error=TEXT,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, max_size=3))
def test_rows_come_back_as_they_were_written(tmp_path_factory, rows):
    file = tmp_path_factory.getbasetemp() / "roundtrip.jsonl"
    file.write_text("".join(map(row_line, rows)), encoding="utf-8")
    assert read_rows(file) == rows


def test_a_line_separator_in_an_article_does_not_end_a_row(tmp_path):
    rows = [right("a", best="Mara\u2028Lind\x85"), right("b")]
    (tmp_path / "rows.jsonl").write_text("".join(map(row_line, rows)), encoding="utf-8")
    assert read_rows(tmp_path / "rows.jsonl") == rows


def test_a_cut_off_last_line_is_left_out_wherever_it_is_cut(tmp_path):
    file, rows = tmp_path / "rows.jsonl", [right("a"), right("b", best="Ása", candidates=(candidate("Ása"),))]
    first, last = (row_line(one).encode() for one in rows)
    half_a_letter = 1 + last.index("Á".encode())
    for length in (0, 1, half_a_letter, *range(50, len(last) - 1, 50), len(last) - 2):
        file.write_bytes(first + last[:length])
        assert read_rows(file) == rows[:1], last[:length]
    for length in (len(last) - 1, len(last)):  # without its line feed, it is whole all the same
        file.write_bytes(first + last[:length])
        assert read_rows(file) == rows


@pytest.mark.parametrize("bad", ["", "{", "[]", "5", '{"id": "a"}', row_line(right("a")).replace('"split"', '"spilt"')])
def test_damage_elsewhere_is_named(tmp_path, bad):
    file = tmp_path / "rows.jsonl"
    file.write_text(row_line(right("a")) + bad.strip() + "\n" + row_line(right("b")))
    with pytest.raises(SourceError, match=r"rows\.jsonl:2: not a row of `pullquote eval`"):
        read_rows(file)
    with pytest.raises(SourceError, match=r"none\.jsonl cannot be read: No such file"):
        read_rows(tmp_path / "none.jsonl")


def test_facts_come_back_as_they_were_written(tmp_path):
    begin(FACTS, [right("a")], tmp_path / "new" / "run")
    assert read_facts(tmp_path / "new" / "run") == FACTS
    assert read_rows(tmp_path / "new" / "run" / ROWS_FILE) == [right("a")]
    begin(replace(FACTS, seed=8), [], tmp_path / "new" / "run")
    assert read_facts(tmp_path / "new" / "run").seed == 8
    assert sorted(file.name for file in (tmp_path / "new" / "run").iterdir()) == [ROWS_FILE, FACTS_FILE]
    assert (tmp_path / "new" / "run" / ROWS_FILE).read_bytes() == b""


@pytest.mark.parametrize("step", [1, 2])
def test_a_kill_while_a_run_begins_leaves_no_rows_of_another_run(tmp_path, monkeypatch, step):
    begin(FACTS, [right("a")], tmp_path)
    calls, really = [], Path.replace

    def killed(self, target):
        calls.append(target)
        if len(calls) == step:
            raise KeyboardInterrupt
        return really(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        begin(replace(FACTS, seed=8), [], tmp_path)
    assert read_facts(tmp_path).seed == (7 if step == 1 else 8)
    assert not (tmp_path / ROWS_FILE).exists()


def test_a_kill_while_a_run_goes_on_loses_no_row(tmp_path, monkeypatch):
    begin(FACTS, [right("a")], tmp_path)
    monkeypatch.setattr(Path, "write_text", lambda file, text, **_: file.write_bytes(text[:9].encode()) and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        begin(FACTS, [right("a")], tmp_path)
    assert read_facts(tmp_path) == FACTS
    assert read_rows(tmp_path / ROWS_FILE) == [right("a")]


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", json.dumps({"gold": "x"})])
def test_damaged_facts_are_named(tmp_path, damage):
    (tmp_path / FACTS_FILE).write_text(damage)
    with pytest.raises(SourceError, match=r"run\.json does not describe a run"):
        read_facts(tmp_path)


def test_facts_that_were_kept_before_code_was_hashed(tmp_path):
    known = asdict(FACTS)
    del known["code_sha256"], known["confidence_fitted_on"]
    (tmp_path / FACTS_FILE).write_text(json.dumps(known))
    assert read_facts(tmp_path) == FACTS


def test_missing_facts_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"run\.json cannot be read: No such file"):
        read_facts(tmp_path)
