"""A set of one's own: made, added to and changed without losing a byte of what isn't understood."""

import json

import pytest

from pullquote.errors import InputError, SourceError
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.own_sets import OwnSet, make_set

WHO = {"question": "Who chairs the board?", "answers": ["Mara Lind"]}


def rows(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_folder_remembers_its_archive_and_a_file_is_empty(tmp_path):
    (tmp_path / "news.pq").mkdir()
    assert make_set(tmp_path / "gold", tmp_path / "news.pq").read_bytes() == b""
    assert OwnSet(tmp_path / "gold").archive.resolve() == tmp_path / "news.pq"
    assert "pullquote gold add" in (tmp_path / "gold/README.md").read_text()
    with pytest.raises(SourceError, match="no usable question; add one: pullquote gold add"):
        load(tmp_path / "gold")
    OwnSet(tmp_path / "gold").add([WHO])
    gold = load(tmp_path / "gold")
    assert (gold.name, gold.brings_articles, gold.archive.resolve()) == ("gold", False, tmp_path / "news.pq")
    make_set(tmp_path / "own.jsonl")
    for made in ("gold", "own.jsonl", "news.pq/../own.jsonl"):
        with pytest.raises(InputError, match="already"):
            make_set(tmp_path / made)
    with pytest.raises(InputError, match="no archive at"):
        make_set(tmp_path / "other", tmp_path / "none.pq")


def test_an_interrupted_init_can_be_called_again(tmp_path):
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold/questions.jsonl").write_text("")
    make_set(tmp_path / "gold")
    assert OwnSet(tmp_path / "gold").archive is None


def test_rows_get_numbers_and_what_is_asked_already_is_left_out(tmp_path):
    own = OwnSet(make_set(tmp_path / "own.jsonl").parent / "own.jsonl")
    added = own.add([WHO, WHO | {"question": "who chairs the BOARD"}, WHO | {"as_of": "2031-05-04"}])
    assert (added.ids, added.known, added.dropped) == (("q1", "q2"), 1, 0)
    assert own.add([WHO | {"id": "q2", "question": "Another?"}]).known == 1
    assert own.add([{"id": "mine", "question": "A third?", "type": "unanswerable"}]).ids == ("mine",)
    assert [row["id"] for row in rows(own.questions_file)] == ["q1", "q2", "mine"]


def test_what_is_dropped_is_kept_beside_and_not_proposed_again(tmp_path):
    own = OwnSet(make_set(tmp_path / "own.jsonl"))
    own.add([WHO, {"question": "What else?", "answers": ["x"]}])
    own.drop(own.lines()[0])
    assert [row["id"] for row in rows(tmp_path / "own.dropped.jsonl")] == ["q1"]
    assert [row["id"] for row in rows(own.questions_file)] == ["q2"]
    assert (own.add([WHO]).dropped, own.add([WHO], dropped_too=True).ids) == (1, ("q3",))


def test_lines_that_are_not_understood_stay_byte_for_byte(tmp_path):
    strange = b'\xef\xbb\xbf# a remark\r\n\n{"id": "a",  "question": "Who?", "answers": ["x"], "mine": 1}\n[1]\n{"torn'
    (tmp_path / "own.jsonl").write_bytes(strange)
    own = OwnSet(tmp_path / "own.jsonl")
    assert [line.number for line in own.lines() if line.row is None] == [1, 4, 5]
    own.add([WHO])
    assert own.questions_file.read_bytes().startswith(strange + b"\n{")
    line = next(line for line in own.lines() if line.id == "a")
    own.change(line, line.row | {"reviewed": {}})
    changed = own.questions_file.read_bytes().split(b"\n")
    assert changed[0] == b"\xef\xbb\xbf# a remark\r"
    assert json.loads(changed[2])["mine"] == 1
    assert changed[3:5] == [b"[1]", b'{"torn']
    with pytest.raises(SourceError, match="somebody else has changed the question 'a'"):
        own.change(line, {})


def test_a_row_with_the_id_of_another_is_changed_itself(tmp_path):
    (tmp_path / "own.jsonl").write_text('{"id": "a", "question": "One?"}\n{"id": "a", "question": "Two?"}\n')
    own = OwnSet(tmp_path / "own.jsonl")
    own.change(own.lines()[1], {"id": "b", "question": "Two?"})
    assert [row["id"] for row in rows(own.questions_file)] == ["a", "b"]


def test_a_full_disk_changes_nothing(tmp_path, monkeypatch):
    own = OwnSet(make_set(tmp_path / "own.jsonl"))
    own.add([WHO])
    before = own.questions_file.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pullquote.whole_files.os.fsync", full)
    for change in (lambda: own.add([WHO | {"question": "B?"}]), lambda: own.drop(own.lines()[0])):
        with pytest.raises(OSError, match="No space left"):
            change()
        assert own.questions_file.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "held", "sentence"),
    [
        ("own.json", "{}", "only JSON lines in Pullquote's own format"),
        ("own.jsonl.gz", "", "only JSON lines in Pullquote's own format"),
        ("own.jsonl", '{"question": "Q?", "choices": [], "evidence": "", "date": "2031-05-04"}', "RealTime QA's"),
    ],
)
def test_sets_in_other_formats_are_refused(tmp_path, name, held, sentence):
    (tmp_path / name).write_text(held)
    with pytest.raises(InputError, match=sentence):
        OwnSet(tmp_path / name)
    with pytest.raises(InputError, match=r"has no gold\.json"):
        OwnSet(tmp_path)
    with pytest.raises(SourceError, match="make one: pullquote gold init"):
        OwnSet(tmp_path / "none")


def test_open_rows_are_left_out_and_told(tmp_path):
    own = OwnSet(make_set(tmp_path / "own.jsonl"))
    own.add([{"question": "A?", "open": True}])
    with pytest.raises(
        SourceError, match=r"no usable question .*1 question has no answer yet; run: pullquote gold rev"
    ):
        load(own.questions_file)
    own.add([WHO, {"question": "B?", "open": True}])
    gold = load(own.questions_file)
    assert [one.id for one in gold.questions] == ["q2"]
    assert gold.skipped == (f"{own.questions_file}: 2 questions have no answer yet; run: pullquote gold review",)
