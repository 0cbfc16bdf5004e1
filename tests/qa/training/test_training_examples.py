from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.errors import SourceError
from pullquote.qa.reading.windows import ReaderInput, Window, make_windows
from pullquote.qa.training.data.batches import collate, epoch_batches, target_tokens
from pullquote.qa.training.data.examples import Example, at_most, read_examples, repeated, with_negatives

GOOD = {"question": "Who?", "context": "Mara Lind chairs.", "answers": [{"text": "Lind", "start": 5}]}


def example(
    number: int, *, text: str = "Mara Lind chairs.", answers=((5, "Lind"),), title: str = "", source: str = "s"
) -> Example:
    return Example("Who chairs?", text, title, tuple(answers), source, f"e{number}")


# -- reading


def test_json_lines(tmp_path: Path):
    file = tmp_path / "data.jsonl"
    rows = [GOOD, {**GOOD, "id": 7, "source": "news", "title": "Port", "answers": []}]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    expected = [
        Example("Who?", "Mara Lind chairs.", "", ((5, "Lind"),), "unnamed", "data-1"),
        Example("Who?", "Mara Lind chairs.", "Port", (), "news", "7"),
    ]
    assert list(read_examples(file)) == expected
    packed = tmp_path / "data.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert [one.text for one in read_examples(packed)] == [one.text for one in expected]


def test_squad(tmp_path: Path):
    file = tmp_path / "dev-v2.json"
    answered = {"id": "a", "question": "Who?", "answers": [{"text": "Lind", "answer_start": 5}], "is_impossible": False}
    impossible = {"id": "b", "question": "When?", "answers": [], "is_impossible": True}
    paragraphs = [{"context": "Mara Lind chairs.", "qas": [answered, impossible]}]
    file.write_text(json.dumps({"version": "v2.0", "data": [{"title": "Port_of_Varn", "paragraphs": paragraphs}]}))
    assert list(read_examples(file)) == [
        Example("Who?", "Mara Lind chairs.", "Port of Varn", ((5, "Lind"),), "dev-v2", "a"),
        Example("When?", "Mara Lind chairs.", "Port of Varn", (), "dev-v2", "b"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        "7",
        json.dumps({"question": "Who?"}),
        json.dumps({**GOOD, "context": None}),
        json.dumps({**GOOD, "answers": {"text": "Lind"}}),
        json.dumps({**GOOD, "answers": [{"text": "Lind", "start": 6}]}),
        json.dumps({**GOOD, "answers": [{"text": "ch", "start": -7}]}),
        json.dumps({**GOOD, "answers": [{"text": "Lind"}]}),
        json.dumps({**GOOD, "answers": [{"text": "Lind", "start": None}]}),
        "",
    ],
)
def test_a_bad_row_is_told_with_file_and_line(tmp_path: Path, row: str):
    file = tmp_path / "data.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n{row}\n")
    read = read_examples(file)
    assert next(read).id == "data-1"
    assert next(read).id == "data-2"
    with pytest.raises(SourceError, match=rf"{file}:3 is not a reading example"):
        next(read)


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"data": [{"paragraphs": [{}]}]}', b"\xff\xfe", b'{"data": 7}'])
def test_a_bad_squad_file_is_told(tmp_path: Path, data: bytes):
    file = tmp_path / "dev.json"
    file.write_bytes(data)
    with pytest.raises(SourceError, match=str(file)):
        list(read_examples(file))


def test_files_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 1000)[:-20])
    (tmp_path / "plain.jsonl.gz").write_bytes(b"{}")
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "\xe9"}')
    for name in ("missing.jsonl", "missing.json", "cut.jsonl.gz", "plain.jsonl.gz", "latin.jsonl"):
        with pytest.raises(SourceError, match=name):
            list(read_examples(tmp_path / name))


# -- choosing


def test_at_most_so_many_of_a_source_in_their_order():
    examples = [example(n, source="many" if n % 2 else "few") for n in range(20)]
    chosen = at_most(examples, {"many": 3, "nobody": 1}, seed=7)
    assert [one for one in chosen if one.source == "few"] == examples[::2]
    many = [one for one in chosen if one.source == "many"]
    assert len(many) == 3
    assert [int(one.id[1:]) for one in chosen] == sorted(int(one.id[1:]) for one in chosen)
    assert at_most(examples, {"many": 3}, seed=7) == chosen
    assert at_most(examples, {"many": 3}, seed=8) != chosen
    assert at_most(examples, {"few": 10, "many": 11}, seed=7) == examples
    assert at_most(examples, {"few": 0, "many": 0}, seed=7) == []


def test_a_source_learnt_several_times_keeps_its_groups_apart():
    grouped = [Example("q", "text", "", (), "retrieved", f"{at}", group="g") for at in range(2)]
    other = Example("q", "text", "", (), "squad", "s")
    found = repeated([*grouped, other], {"retrieved": 3})
    assert sorted((example.source, example.group) for example in found) == [
        ("retrieved", "g"),
        ("retrieved", "g"),
        ("retrieved", "g-again1"),
        ("retrieved", "g-again1"),
        ("retrieved", "g-again2"),
        ("retrieved", "g-again2"),
        ("squad", ""),
    ]
    assert len({example.id for example in found}) == len(found)


def test_the_negative_shares_most_words_with_the_question():
    asked = example(0, text="Mara Lind chairs.")
    near = example(1, text="Nobody who chairs a port was there.", answers=((0, "Nobody"),))
    far = example(2, text="It rained.", answers=())
    negatives = with_negatives([asked, near, far], share=1.0, seed=1)[3:]
    assert [(one.id, one.text, one.answers) for one in negatives] == [
        ("e0-negative", near.text, ()),
        ("e1-negative", asked.text, ()),
        ("e2-negative", near.text, ()),
    ]
    assert with_negatives([asked, near], share=0.0, seed=1) == [asked, near]
    assert with_negatives([asked], share=1.0, seed=1) == [asked]  # no other passage


def test_a_negative_comes_from_the_same_source():
    examples = [
        example(n, text=f"Text {n} of {'left' if n % 2 else 'right'}.", answers=(), source="left" if n % 2 else "right")
        for n in range(20)
    ]
    for one in with_negatives(examples, share=1.0, seed=3)[20:]:
        assert one.source in one.text


WORDS = st.sampled_from(["Lind", "LIND", "Vig", "port", "May 4", "lindens", "ferry"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=5), st.sampled_from(["", "doc"])), max_size=8),
    st.integers(0, 5),
)
def test_a_negative_never_holds_the_answer(texts, seed: int):
    examples = [
        example(number, text=" ".join(words), answers=[(0, words[0])], title=title)
        for number, (words, title) in enumerate(texts)
    ]
    result = with_negatives(examples, share=1.0, seed=seed)
    assert result[: len(examples)] == examples
    by_id = {one.id: one for one in examples}
    for negative in result[len(examples) :]:
        original = by_id[negative.id.removesuffix("-negative")]
        assert negative.answers == ()
        assert negative.question == original.question
        assert original.answers[0][1].lower() not in negative.text.lower()


# -- target tokens


def test_target_tokens_by_hand(tokenizer):
    text = "Mara Lind chairs."
    (window,) = make_windows(tokenizer, ["who?"], [ReaderInput(text, "Title")], max_tokens=64, stride=8)
    first = int(np.flatnonzero(window.answerable)[0])
    assert target_tokens(window, 0, 9) == (first, first + 1)
    assert target_tokens(window, 5, 9) == (first + 1, first + 1)
    assert target_tokens(window, 6, 8) == (first + 1, first + 1)  # half a word: the token that covers it
    assert target_tokens(window, 0, 17) == (first, first + 3)
    assert target_tokens(window, 4, 9) == (0, 0)  # begins in a gap
    assert target_tokens(window, 5, 5) == (0, 0)
    assert target_tokens(window, 10, 99) == (0, 0)


def test_an_answer_that_is_not_whole_in_a_window_has_no_target():
    starts = np.array([-1, 20, 30, 40, -1], dtype=np.int32)
    ends = np.array([-1, 29, 39, 49, -1], dtype=np.int32)
    window = Window(0, [1] * 5, [0] * 5, starts, ends)
    assert target_tokens(window, 30, 49) == (2, 3)
    assert target_tokens(window, 10, 29) == (0, 0)
    assert target_tokens(window, 40, 59) == (0, 0)
    assert target_tokens(window, 0, 9) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 59), st.integers(1, 6))
def test_the_target_covers_the_answer_and_no_more(tokenizer, first: int, length: int):
    words = [f"x{n}" if n % 3 else "the" for n in range(60)]
    text = " ".join(words)
    starts = [sum(len(word) + 1 for word in words[:n]) for n in range(60)]
    last = min(59, first + length - 1)
    start, end = starts[first], starts[last] + len(words[last])
    hit = 0
    for window in make_windows(tokenizer, ["who?"], [ReaderInput(text)], max_tokens=40, stride=20):
        left, right = target_tokens(window, start, end)
        if right:
            hit += 1
            assert text[window.starts[left] : window.ends[right]] == text[start:end]
        else:
            marked = window.answerable
            assert window.starts[marked][0] > start or window.ends[marked][-1] < end
    assert hit


# -- batches


def batches_of(examples, tokenizer, **options) -> list:
    settings = {"batch_size": 4, "max_tokens": 24, "stride": 8, "empty_windows": 0.0, "seed": 1, **options}
    return epoch_batches(examples, tokenizer, **settings)


def test_an_epoch_holds_every_answer_once_and_is_the_same_for_the_same_seed(tokenizer):
    examples = [
        example(n, text=f"{'the ' * (n % 5)}Lind {n}", answers=[(4 * (n % 5), "Lind")], title="Port") for n in range(30)
    ]
    batches = batches_of(examples, tokenizer)
    again = batches_of(examples, tokenizer)

    def flat(batches: list) -> list:
        return [[(row.window.ids, row.starts, row.ends) for row in batch] for batch in batches]

    assert flat(batches) == flat(again)
    assert flat(batches) != flat(batches_of(examples, tokenizer, seed=2))
    rows = [row for batch in batches for row in batch]
    assert len(rows) == 30
    assert max(map(len, batches)) == 4
    lind = tokenizer.convert_tokens_to_ids("lind")
    for row in rows:
        assert row.starts == row.ends
        (start,) = row.starts
        assert row.window.ids[start] == lind
        assert row.window.answerable[start]
    with_title = sum(tokenizer.convert_tokens_to_ids("port") in row.window.ids for row in rows)
    assert 5 <= with_title <= 25  # before half of them
    assert sorted(row.window.passage for row in rows) == list(range(30))


def test_a_group_stays_together_and_learns_every_place(tokenizer):
    alone = [example(n, text=f"{'the ' * (n % 5)}Lind {n}", answers=[(4 * (n % 5), "Lind")]) for n in range(9)]
    told = Example("Who chairs?", "Lind and Lind", "", ((0, "Lind"), (9, "Lind")), "s", "a", group="g")
    silent = Example("Who chairs?", "the " * 9 + "port", "", (), "s", "b", group="g")
    batches = batches_of([told, *alone, silent], tokenizer)
    assert all(len(batch) <= 4 for batch in batches)
    (together,) = [batch for batch in batches if any(row.group == "g" for row in batch)]
    group = sorted((row for row in together if row.group == "g"), key=lambda row: len(row.starts))
    assert [len(row.starts) for row in group] == [0, 2]
    arrays = collate(together, 0)
    by_group = {row.group: [] for row in together}
    for row, number in zip(together, arrays.groups.tolist(), strict=True):
        by_group[row.group].append(number)
    assert len(set(by_group["g"])) == 1
    assert len(set(arrays.groups.tolist())) == len(together) - 1


def test_a_group_larger_than_a_batch_is_one_batch(tokenizer):
    examples = [Example("Who?", f"Lind {n}", "", ((0, "Lind"),), "s", str(n), group="g") for n in range(7)]
    assert [len(batch) for batch in batches_of(examples, tokenizer)] == [7]


def test_windows_without_the_answer_are_kept_as_often_as_asked(tokenizer):
    long = example(0, text="the " * 100 + "Lind", answers=[(400, "Lind")])

    def count(share: float) -> int:
        return sum(len(batch) for batch in batches_of([long], tokenizer, empty_windows=share))

    assert count(0.0) == 1
    assert count(1.0) == len(
        make_windows(tokenizer, [long.question], [ReaderInput(long.text)], max_tokens=24, stride=8)
    )
    unanswered = example(1, text="the " * 10, answers=())
    assert sum(len(batch) for batch in batches_of([unanswered], tokenizer)) == 1


def test_collate_by_hand(tokenizer):
    (batch,) = batches_of([example(0), example(1, text="Nobody.", answers=())], tokenizer)
    arrays = collate(batch, 0)
    assert arrays.ids.shape == arrays.attention.shape == arrays.types.shape == arrays.answerable.shape
    for at, row in enumerate(batch):
        assert arrays.ids[at, : len(row.window.ids)].tolist() == row.window.ids
        assert tuple(np.flatnonzero(arrays.starts[at])) == row.starts
        assert tuple(np.flatnonzero(arrays.ends[at])) == row.ends
        assert arrays.attention[at].sum() == len(row.window.ids)
    assert sorted(arrays.starts.sum(axis=1).tolist()) == [0, 1]
    assert sorted(arrays.groups.tolist()) == [0, 1]
