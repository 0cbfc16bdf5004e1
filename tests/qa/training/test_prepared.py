"""Examples as token numbers: what comes back is what went in, and windows are cut as the reader cuts texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullquote.errors import InputError, ModelError, SourceError
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.windows import ReaderInput, make_windows
from pullquote.qa.training.data.batches import target_tokens
from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.preparation import _tokenized
from pullquote.qa.training.data.prepared import Prepared
from pullquote.qa.training.data.token_windows import TokenWindows, WindowTable


@pytest.fixture(scope="module", params=["small", "accurate"])
def shipped_tokenizer(request: pytest.FixtureRequest) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(shipped_reader_folder(request.param))


@pytest.fixture(scope="module")
def small_tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(shipped_reader_folder())


def example(text: str, *answers: str, question: str = "Who chairs the port?", **changes: Any) -> Example:
    spans = tuple((text.index(answer), answer) for answer in answers)
    return Example(
        **{"question": question, "text": text, "title": "", "answers": spans, "source": "made", "id": "1"} | changes
    )


def prepared(examples: list[Example], tokenizer: Any) -> Prepared:
    return _tokenized(examples, tokenizer, lambda *_: None)


def arrays(one: Prepared) -> dict[str, Any]:
    return {name: getattr(one, name).tolist() for name in one.__slots__}


ROWS = [
    example("Mara Lind chairs the port.", "Mara Lind", title="Port of Varn", group="a"),
    example("The ferry sank.", title="Ferry", group="a"),
    example("Ole Vig and Mara Lind met.", "Ole Vig", "Mara Lind", question="Who met?", source="other"),
    example("Nobody looked here.", labelled=False),
    example("Lind lost.", "Lind", right=False, question="Who won?"),
]


def test_rows_hold_what_the_examples_said(small_tokenizer: Any):
    made = prepared(ROWS, small_tokenizer)
    words = [" ".join(made.pieces[made.text(number)]) for number in made.passage]
    assert words[0] == "mara lin ##d chairs the port ."
    assert " ".join(made.pieces[made.text(made.title[0])]) == "port of var ##n"
    assert made.title.tolist()[2:] == [-1, -1, -1]
    assert made.text(-1).tolist() == []
    assert made.group.tolist() == [0, 0, 1, 2, 3]
    assert made.labelled.tolist() == [True, True, True, False, True]
    assert made.right.tolist() == [True, False, True, False, False]
    assert [made.targets_of(row).tolist() for row in range(5)] == [[[0, 2]], [], [[0, 2], [4, 6]], [], [[0, 1]]]
    assert made.sources.tolist() == ["made", "other"]
    assert made.source.tolist() == [0, 0, 1, 0, 0]
    assert made.questions == 4
    # The question of four rows is kept once.
    assert made.question.tolist()[:2] == [made.question[3]] * 2


def test_saved_and_loaded_it_is_the_same(small_tokenizer: Any, tmp_path: Path):
    made = prepared(ROWS, small_tokenizer)
    back = Prepared.load(made.save(tmp_path / "folder" / "rows.npz"))
    assert arrays(back) == arrays(made)
    assert back.fingerprint() == made.fingerprint()
    assert made.only(np.array([0, 1])).fingerprint() != made.fingerprint()
    assert [file.name for file in (tmp_path / "folder").iterdir()] == ["rows.npz"]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, content: bytes | None):
    file = tmp_path / "rows.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError, match=r"rows\.npz cannot be read as prepared examples"):
        Prepared.load(file)


def test_joined_rows_keep_their_texts_groups_and_spans(small_tokenizer: Any):
    parts = [prepared(ROWS[:2], small_tokenizer), prepared(ROWS[2:], small_tokenizer)]
    joined, whole = Prepared.joined(parts), prepared(ROWS, small_tokenizer)
    for row in range(len(ROWS)):
        for name in ("question", "title", "passage"):
            numbers = getattr(joined, name)[row], getattr(whole, name)[row]
            assert joined.text(numbers[0]).tolist() == whole.text(numbers[1]).tolist()
        assert joined.targets_of(row).tolist() == whole.targets_of(row).tolist()
        assert joined.sources[joined.source[row]] == whole.sources[whole.source[row]]
    assert joined.group.tolist() == whole.group.tolist()
    assert joined.right.tolist() == whole.right.tolist()


def test_other_vocabularies_are_not_joined(small_tokenizer: Any, tokenizer: Any):
    with pytest.raises(InputError, match="several vocabularies"):
        Prepared.joined([prepared(ROWS, small_tokenizer), prepared(ROWS[:1], tokenizer)])


def test_a_sample_takes_whole_questions_evenly(small_tokenizer: Any):
    rows = [example(f"Boat {number}.", f"{number}", group=f"g{number // 2}") for number in range(40)]
    half = prepared(rows, small_tokenizer).sample(0.5)
    assert half.group.tolist() == [group for group in range(1, 20, 2) for _ in range(2)]
    assert [half.targets_of(row).tolist() for row in range(4)] == [[[1, 1]]] * 4


TEXT = (
    "Ferry talks end in Varn (4 May 2031)\n\nThe port authority, chaired by Mara Lind, 47, said on Friday that "
    "1,250 tonnes of herring had been landed – 12% more than a year before. “We did not expect it,” Lind told "
    "the Harbour Post.\u00a0Ole Vig called the ﬁgure “a gift”; Brûlé wants £3.5m for new nets."
)


@pytest.mark.parametrize("title", ["", "Port of Varn. May 4, 2031", "A very long headline " * 6])
@pytest.mark.parametrize(("max_tokens", "stride"), [(256, 48), (48, 12), (40, 0)])
def test_windows_are_those_of_the_reader(
    shipped_tokenizer: Any, small_tokenizer: Any, title: str, max_tokens: int, stride: int
):
    """Same tokens, same places that may be answers, same targets, for both readers' tokenizers."""
    question = "Who, said the Harbour Post, chairs the port authority of Varn and lands 1,250 tonnes?"
    rows = [example(TEXT, "Mara Lind", "Brûlé", title=title, question=question)]
    cutter = TokenWindows(prepared(rows, small_tokenizer), shipped_tokenizer, max_tokens=max_tokens, stride=stride)
    table = cutter.cut(np.array([True]))
    batch = cutter.batch(table, range(len(table)))
    expected = make_windows(
        shipped_tokenizer, [question], [ReaderInput(TEXT, title)], max_tokens=max_tokens, stride=stride
    )
    assert len(expected) == len(table)
    answered = []
    for at, window in enumerate(expected):
        length = len(window.ids)
        assert batch.ids[at, :length].tolist() == window.ids
        assert batch.attention[at].tolist() == [1] * length + [0] * (batch.ids.shape[1] - length)
        assert batch.answerable[at, :length].tolist() == window.answerable.tolist()
        assert not batch.answerable[at, length:].any()
        if "token_type_ids" in shipped_tokenizer.model_input_names:
            assert batch.types[at, :length].tolist() == window.types
        targets = [target_tokens(window, start, start + len(text)) for start, text in rows[0].answers]
        found = [target for target in targets if target != (0, 0)]
        assert np.flatnonzero(batch.starts[at]).tolist() == sorted(start for start, _ in found)
        assert np.flatnonzero(batch.ends[at]).tolist() == sorted(end for _, end in found)
        answered.append(bool(found))
        if not title:
            assert cutter.sequence_start(table, np.array([at])) == window.answerable.argmax()
    assert cutter.answered(table).tolist() == answered
    assert table.length.tolist() == [len(window.ids) for window in expected]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(["port", "ferry", "mara", "xyz", "storm."]), min_size=1, max_size=60))
def test_windows_of_any_text_are_those_of_the_reader(tokenizer: Any, words: list[str]):
    rows = [example(" ".join(words), title="the harbour", question="who")]
    cutter = TokenWindows(prepared(rows, tokenizer), tokenizer, max_tokens=24, stride=6)
    table = cutter.cut(np.array([True]))
    expected = make_windows(tokenizer, ["who"], [ReaderInput(rows[0].text, "the harbour")], max_tokens=24, stride=6)
    batch = cutter.batch(table, range(len(table)))
    assert [batch.ids[at, : len(window.ids)].tolist() for at, window in enumerate(expected)] == [
        window.ids for window in expected
    ]


def test_a_title_is_shown_only_where_it_is_wanted(small_tokenizer: Any):
    cutter = TokenWindows(prepared(ROWS[:2], small_tokenizer), small_tokenizer, max_tokens=64, stride=8)
    table = cutter.cut(np.array([True, False]))
    assert table.titled.tolist() == [True, False]
    pieces = small_tokenizer.convert_ids_to_tokens(cutter.batch(table, [1]).ids[0])
    assert " ".join(pieces) == "[CLS] who chairs the port ? [SEP] the ferry sank . [SEP]"


def test_a_marked_span_stands_between_two_tokens_that_no_text_has(small_tokenizer: Any):
    cutter = TokenWindows(prepared(ROWS[:1], small_tokenizer), small_tokenizer, max_tokens=64, stride=8)
    batch = cutter.batch(cutter.cut(np.array([False])), [0], marked=True)
    pieces = small_tokenizer.convert_ids_to_tokens(batch.ids[0])
    assert " ".join(pieces[7:]) == "[unused0] mara lin ##d [unused1] chairs the port . [SEP]"
    assert not batch.starts.any()
    assert batch.attention.all()


def test_batches_can_be_padded_to_a_multiple(small_tokenizer: Any):
    cutter = TokenWindows(prepared(ROWS, small_tokenizer), small_tokenizer, max_tokens=64, stride=8, multiple=8)
    batch = cutter.batch(cutter.cut(np.zeros(5, dtype=bool)), [0, 3, 1])
    assert batch.ids.shape == (3, 16)
    assert batch.groups.tolist() == [0, 1, 0]
    assert batch.labelled.tolist() == [True, False, True]


def test_a_model_of_another_vocabulary_is_refused(small_tokenizer: Any, tokenizer: Any):
    with pytest.raises(ModelError, match="prepared for another one"):
        TokenWindows(prepared(ROWS, small_tokenizer), tokenizer, max_tokens=64, stride=8)


def test_tables_are_joined_and_cut_down(small_tokenizer: Any):
    cutter = TokenWindows(prepared(ROWS, small_tokenizer), small_tokenizer, max_tokens=64, stride=8)
    table = cutter.cut(np.ones(5, dtype=bool))
    joined = WindowTable.joined([table, table.only(np.array([False, False, True, False, False]))])
    assert joined.row.tolist() == [0, 1, 2, 3, 4, 2]
    assert joined.titled.tolist() == [True, True, False, False, False, False]
