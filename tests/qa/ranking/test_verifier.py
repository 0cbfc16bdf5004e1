"""The verifier: what it is shown, where the span is marked, and what its matrices change."""

from __future__ import annotations

import pytest
import torch

from pullquote.errors import InputError, ModelError
from pullquote.qa.ranking.verifier import Claim, VerifierFile, marked_ids, verifier_on
from pullquote.qa.reading.span_reader import TransformersReader
from pullquote.qa.reading.windows import MARKS
from pullquote.qa.training.verifying import Learnt

TEXT = (
    "The council met at noon. Nobody had slept. Mara Lind was elected chair of the port authority. "
    "She beat Jon Vig by two votes."
)


@pytest.fixture(scope="module")
def reader() -> TransformersReader:
    return TransformersReader("accurate", bfloat16=False, int8=False)


def claim(words: str, context: str = "") -> Claim:
    start = TEXT.index(words)
    return Claim(TEXT, start, start + len(words), context)


def test_a_claim_is_the_sentence_and_the_one_before():
    clipped = claim("Mara Lind").clipped()
    assert clipped.text == "Nobody had slept. Mara Lind was elected chair of the port authority."
    assert clipped.text[clipped.start : clipped.end] == "Mara Lind"


def test_the_first_sentence_has_none_before():
    assert claim("noon").clipped().text == "The council met at noon."


def test_a_sentence_without_end_is_cut_around_the_span():
    text = "word " * 600 + "Lind " + "word " * 600
    start = text.index("Lind")
    clipped = Claim(text, start, start + 4).clipped()
    assert clipped.text[clipped.start : clipped.end] == "Lind"
    assert len(clipped.text) < 1_000


def test_the_span_stands_between_the_marks(reader):
    (ids,) = marked_ids(
        reader.runtime.tokenizer, ["Who was elected?"], [claim("Mara Lind", "Vote in Varn (4 May 2031)").clipped()]
    )
    words = reader.runtime.tokenizer.decode(ids)
    first, last = (reader.runtime.tokenizer.convert_tokens_to_ids(mark) for mark in MARKS)
    assert reader.runtime.tokenizer.decode(ids[ids.index(first) + 1 : ids.index(last)]) == "mara lind"
    assert words.index("who was elected") < words.index("vote in varn") < words.index("nobody had slept")


def test_a_span_that_was_cut_off_has_no_marks(reader):
    long = Claim("word " * 2_000 + "Lind", 10_000, 10_004)
    (ids,) = marked_ids(reader.runtime.tokenizer, ["Who?"], [long])
    assert reader.runtime.tokenizer.convert_tokens_to_ids(MARKS[0]) not in ids


def made(reader: TransformersReader, tmp_path, *, sha256: str | None = None) -> VerifierFile:
    """A verifier that was never trained, but whose matrices aren't nothing."""
    learnt = Learnt(reader.runtime.with_upper_layers(lambda _: None, count=2), layers=2, rank=2)
    torch.manual_seed(7)
    tensors = {name: 0.02 * torch.randn_like(tensor) for name, tensor in learnt.tensors().items()}
    file = tmp_path / "verifier.safetensors"
    VerifierFile.save(file, tensors, reader_sha256=sha256 or reader.sha256, layers=2, made={"seed": 7})
    return VerifierFile.load(file)


def test_merged_matrices_say_what_they_said_beside_the_weights(reader, tmp_path):
    file = made(reader, tmp_path)
    model = reader.runtime.with_upper_layers(lambda _: None, count=2)
    learnt = Learnt(model, layers=2, rank=2)
    learnt.start_from(file.tensors)
    claims = [claim("Mara Lind"), claim("Jon Vig")]
    verifier = verifier_on(reader.runtime, file)
    (beside,) = (_score(model, learnt, reader.runtime.tokenizer, [one.clipped()]) for one in claims[:1])
    merged = verifier.score("Who was elected?", claims)
    assert merged[0] == pytest.approx(beside, abs=2e-3)
    assert merged[0] != pytest.approx(merged[1], abs=1e-4)
    assert verifier.score("Who was elected?", []) == []


def _score(model, learnt, tokenizer, claims) -> float:
    from pullquote.qa.ranking.verifier import padded, pooled

    ids, attention = map(torch.from_numpy, padded(marked_ids(tokenizer, ["Who was elected?"], claims), 1))
    with torch.inference_mode():
        hidden = model.base_model(input_ids=ids, attention_mask=attention).last_hidden_state
        return float(learnt.head(pooled(hidden, ids, tokenizer.convert_tokens_to_ids(list(MARKS))))[0, 0])


def test_the_reader_itself_stays_as_it_was(reader, tmp_path):
    from pullquote.qa.reading.windows import ReaderInput

    before = reader.read("Who was elected?", [ReaderInput(TEXT)])
    verifier_on(reader.runtime, made(reader, tmp_path)).score("Who was elected?", [claim("Mara Lind")])
    assert reader.read("Who was elected?", [ReaderInput(TEXT)]) == before


def test_it_refuses_another_readers_weights(reader, tmp_path):
    with pytest.raises(ModelError, match="other weights"):
        verifier_on(reader.runtime, made(reader, tmp_path, sha256="0" * 64))


def test_a_damaged_file_is_told(tmp_path):
    file = tmp_path / "verifier.safetensors"
    file.write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=r"verifier\.safetensors is no verifier"):
        VerifierFile.load(file)


def test_thresholds_ask_for_a_share_between_0_and_1():
    from pullquote.qa.ranking.thresholds import Thresholds

    bounds = Thresholds("", (0.8, 0.9), (0.5, 0.7), 0.4)
    assert (bounds.sure_from(0.75), bounds.sure_from(0.8), bounds.sure_from(0.85)) == (0.5, 0.5, 0.7)
    assert bounds.sure_from(0.95) > 1
    for share in (0.0, 1.0, -1.0):
        with pytest.raises(InputError, match="between 0 and 1"):
            bounds.sure_from(share)
