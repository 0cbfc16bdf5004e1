from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.errors import ModelError
from pullquote.qa.ranking import combining, confidence
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.reading import torch_runtime, weights
from pullquote.qa.reading.reader import Reader, ScoredSpan
from pullquote.qa.reading.shipped import shipped_reader_folder, shipped_readers
from pullquote.qa.reading.span_edges import whole_span
from pullquote.qa.reading.span_reader import MAX_SPAN_TOKENS, TransformersReader, best_spans, paragraph_numbers
from pullquote.qa.reading.weights import pack, packed_file
from pullquote.qa.reading.windows import ReaderInput, Window, make_windows

from fakes import CapitalReader

LONG = ReaderInput(" ".join(f"ferry {n} port storm." for n in range(110)), "Harbour")
INPUTS = [
    ReaderInput("Mara Lind chairs the port authority.", "Lind elected. May 4, 2031"),
    ReaderInput("The ferry."),
    LONG,
    ReaderInput("🚢 Été: the storm, שלום.\u2028Lind chairs."),
    ReaderInput("Sunday"),
]


@pytest.fixture(scope="module")
def reader(tiny_reader: Path) -> TransformersReader:
    return TransformersReader(str(tiny_reader), bfloat16=False)


# -- best_spans

ONE_PARAGRAPH = np.zeros(45, dtype=np.int64)


def window(marks: list[bool]) -> Window:
    """Return a window whose marked tokens are `[10 i, 10 i + 9)` of the passage."""
    at = np.arange(len(marks), dtype=np.int32) * 10
    masked = np.array(marks, dtype=np.bool_)
    starts, ends = np.where(masked, at, -1), np.where(masked, at + 9, -1)
    return Window(0, [1] * len(marks), [0] * len(marks), starts.astype(np.int32), ends.astype(np.int32))


def test_the_best_spans_by_hand():
    starts = np.array([9, 1, 5, 0, 9], dtype=np.float32)
    ends = np.array([9, 2, 0, 4, 9], dtype=np.float32)
    spans = best_spans(window([False, True, True, True, False]), starts, ends, 3, ONE_PARAGRAPH[:5])
    assert spans == [ScoredSpan(20, 39, 9.0), ScoredSpan(20, 29, 5.0), ScoredSpan(10, 39, 5.0)]


def test_fewer_spans_than_asked_for():
    ones = np.ones(4, dtype=np.float32)
    assert best_spans(window([False, True, False, False]), 40 * ones, 40 * ones, 5, ONE_PARAGRAPH[:4]) == [
        ScoredSpan(10, 19, 80.0)
    ]
    assert best_spans(window([False] * 4), ones, ones, 5, ONE_PARAGRAPH[:4]) == []


LOGITS = st.floats(-100, 100, width=32)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(2, 45), st.integers(1, 8))
def test_the_best_spans_against_brute_force(data: st.DataObject, tokens: int, count: int):
    first = data.draw(st.integers(1, tokens - 1))
    last = data.draw(st.integers(first, tokens - 1))
    marks = [first <= at < last for at in range(tokens)]
    paragraphs = np.array(sorted(data.draw(st.lists(st.integers(0, 2), min_size=tokens, max_size=tokens))))
    starts, ends = (
        np.array(data.draw(st.lists(LOGITS, min_size=tokens, max_size=tokens)), dtype=np.float32) for _ in range(2)
    )
    every = {
        (10 * start, 10 * end + 9): float(starts[start] + ends[end])
        for start in range(first, last)
        for end in range(start, min(last, start + MAX_SPAN_TOKENS))
        if paragraphs[start] == paragraphs[end]
    }
    spans = best_spans(window(marks), starts, ends, count, paragraphs)
    assert [span.score for span in spans] == sorted(every.values(), reverse=True)[:count]
    assert len({(span.start, span.end) for span in spans}) == len(spans)
    assert all(every[span.start, span.end] == span.score for span in spans)


def test_paragraph_numbers_by_hand():
    # Tokens at 0-9, 10-19, 20-29 ...; a single line break is no new paragraph.
    text = "a" * 9 + "\n" + "b" * 9 + "\n\n" + "c" * 8 + "\n \n" + "d" * 20
    assert text.index("\n\n") == 19
    assert paragraph_numbers(text, window([False, True, True, True, True])).tolist() == [0, 0, 1, 2, 2]


# -- the reader


def test_it_is_a_reader(reader: TransformersReader, tiny_reader: Path):
    assert isinstance(reader, Reader)
    assert isinstance(CapitalReader(), Reader)
    assert reader.name == str(tiny_reader)
    assert reader.folder == tiny_reader.resolve()
    assert len(reader.sha256) == 64


def test_the_readers_that_ship_have_their_own_fits():
    assert shipped_readers() == ["accurate", "small"]
    small, accurate = (_file_sha256(packed_file(shipped_reader_folder(name))) for name in ("small", "accurate"))
    both, twice = (hashlib.sha256(f"{first} {accurate}".encode()).hexdigest() for first in (small, accurate))
    for name, sha256 in (("small", small), ("accurate", accurate), ("paired", both), ("thorough", twice)):
        folder = shipped_reader_folder(name)
        combination = Combiner.load(folder / combining.FILE_NAME, known=combining.VALUE_FEATURES, made_by="")
        fitted = confidence.load(folder / confidence.FILE_NAME)
        assert combination
        assert fitted
        assert (combination.model_sha256, fitted.model_sha256) == (sha256, sha256)
    # What was fitted last knows what a second look says.
    assert (combination.features, fitted.features) == (combining.VALUE_FEATURES, confidence.JUDGED_BY)


def _file_sha256(file: Path | None) -> str:
    assert file
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_nothing_to_read(reader: TransformersReader):
    assert reader.read("Who?", []) == []


def test_spans_lie_in_their_passage_best_first(reader: TransformersReader):
    readings = reader.read("Who chairs the port?", INPUTS, spans=7)
    assert len(readings) == len(INPUTS)
    for reading, passage in zip(readings, INPUTS, strict=True):
        assert 1 <= len(reading.spans) <= 7
        assert [span.score for span in reading.spans] == sorted((span.score for span in reading.spans), reverse=True)
        assert len({(span.start, span.end) for span in reading.spans}) == len(reading.spans)
        for span in reading.spans:
            assert 0 <= span.start < span.end <= len(passage.text)
            assert passage.text[span.start : span.end].strip() == passage.text[span.start : span.end]
        assert np.isfinite(reading.no_answer_score)
    assert [len(reading.spans) for reading in reader.read("Who?", INPUTS, spans=2)][:2] == [2, 2]


def test_a_passage_without_a_word_has_no_span(reader: TransformersReader):
    for reading in reader.read("Who?", [ReaderInput(""), ReaderInput(" \n"), ReaderInput("\u200b", "Title")]):
        assert reading.spans == ()
        assert np.isfinite(reading.no_answer_score)


def test_a_question_beyond_unicode_and_bounds_is_read(reader: TransformersReader):
    for question in ("x " * 4000, "?", "שלום 🚢", "中" * 600):
        assert len(reader.read(question, [ReaderInput("Mara Lind.")])[0].spans) > 0


def brute_force(
    reader: TransformersReader, question: str, passage: ReaderInput
) -> tuple[dict[tuple[int, int], float], float]:
    """Return every span's best score over the windows, each read by itself, and the least no-answer score."""
    import torch

    best: dict[tuple[int, int], float] = {}
    nothing = []
    for window in make_windows(
        reader.runtime.tokenizer, [question], [passage], max_tokens=reader._max_tokens, stride=reader._stride
    ):
        with torch.inference_mode():
            output = reader.runtime.model(
                input_ids=torch.tensor([window.ids]),
                attention_mask=torch.ones(1, len(window.ids), dtype=torch.long),
                token_type_ids=torch.tensor([window.types]),
            )
        start, end = output.start_logits[0].tolist(), output.end_logits[0].tolist()
        nothing.append(start[0] + end[0])
        for first in range(len(start)):
            for last in range(first, min(len(start), first + MAX_SPAN_TOKENS)):
                if window.starts[first] >= 0 and window.starts[last] >= 0:
                    place = int(window.starts[first]), int(window.ends[last])
                    best[place] = max(best.get(place, -np.inf), start[first] + end[last])
    return best, min(nothing)


@pytest.mark.parametrize("passage", [INPUTS[0], LONG, INPUTS[3]])
def test_a_passage_of_several_windows_gets_the_best_over_all(reader: TransformersReader, passage: ReaderInput):
    best, nothing = brute_force(reader, "Who chairs it?", passage)
    (reading,) = reader.read("Who chairs it?", [passage], spans=5)
    assert reading.no_answer_score == pytest.approx(nothing, abs=1e-4)
    whole: dict[tuple[int, int], float] = {}
    for place, score in sorted(best.items(), key=lambda one: -one[1])[:10]:
        whole.setdefault(whole_span(passage.text, *place), score)
    expected = list(whole.values())[:5]
    assert [span.score for span in reading.spans][: len(expected)] == pytest.approx(expected, abs=1e-4)
    for span in reading.spans[: len(expected)]:
        assert span.score == pytest.approx(whole[span.start, span.end], abs=1e-4)


def test_the_long_passage_needs_several_windows(reader: TransformersReader):
    windows = make_windows(reader.runtime.tokenizer, ["Who?"], [LONG], max_tokens=384, stride=128)
    assert len(windows) > 2


def test_company_and_order_change_nothing(reader: TransformersReader, monkeypatch: pytest.MonkeyPatch):
    question = "Where is the ferry?"
    alone = [reader.read(question, [passage])[0] for passage in INPUTS]
    backwards = reader.read(question, INPUTS[::-1])[::-1]
    together = reader.read(question, INPUTS)
    monkeypatch.setattr(torch_runtime, "_BATCH_TOKENS", 400)
    small = reader.read(question, INPUTS)
    for readings in (backwards, together, small):
        for reading, expected in zip(readings, alone, strict=True):
            assert reading.no_answer_score == pytest.approx(expected.no_answer_score, abs=1e-4)
            assert [span.score for span in reading.spans] == pytest.approx(
                [span.score for span in expected.spans], abs=1e-4
            )
            assert (reading.spans[0].start, reading.spans[0].end) == (expected.spans[0].start, expected.spans[0].end)
    assert reader.read(question, INPUTS) == small


def test_pairs_of_question_and_passage(reader: TransformersReader):
    questions = ["Who?", "Where is the ferry to the port?"]
    pairs = reader.read_pairs(questions, INPUTS[:2])
    for question, passage, reading in zip(questions, INPUTS[:2], pairs, strict=True):
        (expected,) = reader.read(question, [passage])
        assert reading.spans[0].score == pytest.approx(expected.spans[0].score, abs=1e-4)
        assert (reading.spans[0].start, reading.spans[0].end) == (expected.spans[0].start, expected.spans[0].end)


def test_bfloat16_reads_nearly_the_same(tiny_reader: Path, reader: TransformersReader):
    (exact,), (rough,) = (
        model.read("Who chairs?", INPUTS[:1], spans=50)
        for model in (reader, TransformersReader(str(tiny_reader), bfloat16=True))
    )
    scores = {(span.start, span.end): span.score for span in exact.spans}
    assert rough.spans[0].score == pytest.approx(scores[rough.spans[0].start, rough.spans[0].end], abs=0.5)


# -- loading


def test_a_folder_that_does_not_exist(tmp_path: Path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        TransformersReader(str(tmp_path / "nothing"))


def test_an_empty_folder_and_one_without_weights(tmp_path: Path, tiny_reader: Path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        TransformersReader(str(tmp_path))
    for file in tiny_reader.iterdir():
        if file.suffix != ".safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ModelError, match="cannot be loaded"):
        TransformersReader(str(tmp_path))


def test_a_model_without_a_fast_tokenizer(tiny_reader: Path, monkeypatch: pytest.MonkeyPatch):
    import transformers

    class Slow:
        is_fast = False

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", lambda *_, **__: Slow())
    with pytest.raises(ModelError, match="has no fast tokenizer"):
        TransformersReader(str(tiny_reader))


def test_a_name_that_is_neither_shipped_nor_a_folder_is_looked_for_nowhere_else():
    with pytest.raises(ModelError, match="'no-such-model' cannot be loaded"):
        TransformersReader("no-such-model")


# -- packed weights


def test_packed_weights_by_hand(tmp_path: Path):
    import torch
    from safetensors.torch import load_file, save_file

    (tmp_path / "config.json").write_text("{}")
    save_file({"matrix": torch.tensor([[1.27, -0.5, 0.004], [0.0, 0.0, 0.0]]), "bias": torch.tensor([0.1, 2.0])},
              tmp_path / "model.safetensors")  # fmt: skip
    packed = load_file(pack(tmp_path, tmp_path / "packed"))
    assert packed["matrix"].tolist() == [[127, -50, 0], [0, 0, 0]]
    assert packed["matrix.row_scale"].tolist()[0] == pytest.approx(0.01, abs=1e-5)
    assert packed["bias"].tolist() == [0.0999755859375, 2.0]
    assert {tensor.dtype for tensor in packed.values()} == {torch.int8, torch.float16}
    assert sorted(file.name for file in (tmp_path / "packed").iterdir()) == ["config.json", "model.int8.safetensors"]


def test_four_bits_by_hand(tmp_path: Path):
    import torch
    from safetensors.torch import load_file, save_file

    # Each row has two groups: all of NormalFloat's numbers times 2, and nothing but 0.
    numbers = [-1.0, -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911, 0.0]
    numbers += [0.0796, 0.1609, 0.2461, 0.3379, 0.4407, 0.5626, 0.7230, 1.0]
    row = [2 * number for number in numbers] * 4 + [0.0] * 64
    save_file({"matrix": torch.tensor([row] * 64), "few": torch.ones(2, 128), "odd": torch.ones(64, 3)},
              tmp_path / "model.safetensors")  # fmt: skip
    packed = load_file(pack(tmp_path, tmp_path / "packed", bits=4))
    assert sorted(packed) == ["few", "few.row_scale", "matrix", "matrix.group_scale", "odd", "odd.row_scale"]
    assert (packed["matrix"].shape, packed["matrix"].dtype) == ((64, 64), torch.uint8)
    # The first number of a pair has the low half of the byte.
    assert packed["matrix"][0, :8].tolist() == [16 * high + high - 1 for high in range(1, 17, 2)]
    assert packed["matrix.group_scale"][0].tolist() == pytest.approx([2.0, 0.0], abs=1e-6)
    restored = weights._restored(packed, "matrix")
    assert restored[0].tolist() == pytest.approx(row, abs=2e-4)
    assert weights._restored(packed, "few").tolist() == [pytest.approx([1.0] * 128, abs=1e-3)] * 2


def test_a_scale_that_errs_less_is_preferred_to_the_largest(tmp_path: Path):
    import torch
    from safetensors.torch import load_file, save_file

    rows = torch.zeros(64, 64)
    rows[:, 0], rows[:, 1:] = 1.0, 0.9
    save_file({"matrix": rows}, tmp_path / "model.safetensors")
    packed = load_file(pack(tmp_path, tmp_path / "packed", bits=4))
    assert packed["matrix.group_scale"].unique().tolist() == pytest.approx([0.9], abs=1e-3)
    # Beyond the scale there is nothing: the one large number is cut to it.
    assert weights._restored(packed, "matrix")[0, :2].tolist() == pytest.approx([0.9, 0.9], abs=1e-3)


def test_four_bits_are_read_like_any_weights(tmp_path: Path, tiny_reader: Path, reader: TransformersReader):
    pack(tiny_reader, tmp_path, bits=4)
    packed = TransformersReader(str(tmp_path), bfloat16=False)
    assert packed.sha256 != reader.sha256
    assert len(packed.read("Who chairs?", INPUTS[:1])[0].spans) == 5


def test_the_command_packs(tmp_path: Path, tiny_reader: Path, capsys: pytest.CaptureFixture[str]):
    weights.main([str(tiny_reader), str(tmp_path), "--bits", "4"])
    assert capsys.readouterr().out == f"{tmp_path / 'model.nf4.safetensors'}\n"


def test_a_packed_reader_reads_nearly_the_same(tmp_path: Path, tiny_reader: Path, reader: TransformersReader):
    pack(tiny_reader, tmp_path)
    packed = TransformersReader(str(tmp_path), bfloat16=False)
    assert packed.sha256 != reader.sha256
    (exact,), (rough,) = (model.read("Who chairs?", INPUTS[:1], spans=50) for model in (reader, packed))
    scores = {(span.start, span.end): span.score for span in exact.spans}
    assert rough.spans[0].score == pytest.approx(scores[rough.spans[0].start, rough.spans[0].end], abs=0.3)


@pytest.mark.parametrize("damage", ["cut", "other_model"])
def test_damaged_packed_weights_are_an_error(tmp_path: Path, tiny_reader: Path, damage: str):
    file = pack(tiny_reader, tmp_path)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    else:
        config = json.loads((tmp_path / "config.json").read_text())
        (tmp_path / "config.json").write_text(json.dumps({**config, "hidden_size": 16}))
    with pytest.raises(ModelError, match="reinstall the package"):
        TransformersReader(str(tmp_path))


def test_there_is_nothing_to_pack(tmp_path: Path):
    from pullquote.errors import InputError

    with pytest.raises(InputError, match=r"no model\.safetensors"):
        pack(tmp_path, tmp_path / "packed")
