"""A run on disk: rows and facts come back as they went; what is damaged, or of another version, is told kindly."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.errors import SourceError
from pullquote.eval.runs.rows import CandidatePlace, CandidateRow, Row
from pullquote.eval.runs.run_files import FACTS_FILE, ROWS_FILE, begin, read_facts, read_rows, row_line

from eval_fakes import FACTS, candidate, right

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
    place=st.none() | st.builds(CandidatePlace, TEXT, TEXT, TEXT, TEXT, TEXT, st.integers(0, 9), st.integers(0, 9)),
    timings_ms=st.dictionaries(TEXT, st.floats(0, 1e6), max_size=2),
    error=TEXT,
    story=TEXT,
    why=TEXT,
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
    with pytest.raises(SourceError) as refused:
        read_rows(file)
    assert str(refused.value) == (
        f"{file}:2: this row of a run is damaged, or of another version of Pullquote; run `pullquote eval --report` "
        "again, into a new or an emptied folder."
    )
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


def test_rows_that_were_kept_before_they_had_a_story(tmp_path):
    known = asdict(right("a"))
    del known["story"], known["why"]
    (tmp_path / "rows.jsonl").write_text(json.dumps(known) + "\n")
    assert read_rows(tmp_path / "rows.jsonl") == [right("a")]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b'{"gold": "x"}', b"7", b"\xff\xfe"])
def test_facts_of_something_else_are_named(tmp_path, damage):
    (tmp_path / FACTS_FILE).write_bytes(damage)
    with pytest.raises(SourceError) as refused:
        read_facts(tmp_path)
    file = tmp_path / FACTS_FILE
    assert str(refused.value) == f"{file} does not describe a run; name a folder that `pullquote eval --report` made."


@pytest.mark.parametrize(
    ("without", "more", "what"),
    [
        (["seed", "cores"], {}, "without seed, cores"),
        ([], {"colour": "red", "age": 7}, "with the unknown age, colour"),
        (["n"], {"questions": 4}, "without n; with the unknown questions"),
        ([], {"n": "4", "settings": [], "bfloat16": None}, "with another kind of n, settings, bfloat16"),
    ],
)
def test_facts_of_another_version_say_what_to_do(tmp_path, without, more, what):
    facts = {name: value for name, value in asdict(FACTS).items() if name not in without} | more
    (tmp_path / FACTS_FILE).write_text(json.dumps(facts))
    with pytest.raises(SourceError) as refused:
        read_facts(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path / FACTS_FILE} was kept by another version of Pullquote ({what}); run `pullquote eval --report` "
        "again, into a new or an emptied folder."
    )


def test_facts_that_were_kept_before_code_was_hashed(tmp_path):
    known = asdict(FACTS)
    del known["code_sha256"], known["confidence_fitted_on"], known["combination_sha256"]
    (tmp_path / FACTS_FILE).write_text(json.dumps(known))
    assert read_facts(tmp_path) == FACTS


def test_missing_facts_are_named(tmp_path):
    with pytest.raises(SourceError, match=r"run\.json cannot be read: No such file"):
        read_facts(tmp_path)
