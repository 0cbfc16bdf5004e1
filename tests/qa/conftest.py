"""A WordPiece tokenizer and a BERT of 2 layers with random weights, made on the spot: nothing is downloaded."""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pullquote.qa.reading.shipped import shipped_reader_folder

from qa_fakes import NamesCarried

SHIPPED = shipped_reader_folder().parent
LETTERS = string.ascii_lowercase + string.digits
WORDS = [
    "the",
    "a",
    "of",
    "in",
    "to",
    "who",
    "what",
    "when",
    "where",
    "chairs",
    "port",
    "ferry",
    "harbour",
    "storm",
    "authority",
    "sunday",
    "mara",
    "lind",
    "##ries",
    "##ing",
]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Models this small are slower on several threads, by far where other programs run, too."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session", autouse=True)
def _weights_read_once() -> Iterator[None]:
    """The shipped weights are read once, at first use: whoever loads them again gets a copy."""
    from pullquote.qa.reading import span_model, torch_runtime, weights

    unpack = weights.packed_state
    read = cache(unpack)

    def copied(folder: Path, *, only: tuple[str, ...] = ("",)) -> tuple[dict[str, Any], str]:
        if folder.parent != SHIPPED:
            return unpack(folder, only=only)
        state, sha256 = read(folder)
        return {name: tensor.clone() for name, tensor in state.items() if name.startswith(only)}, sha256

    with pytest.MonkeyPatch.context() as patch:
        for module in (span_model, torch_runtime, weights):
            patch.setattr(module, "packed_state", copied)
        yield


@pytest.fixture
def names_carried(monkeypatch: pytest.MonkeyPatch) -> NamesCarried:
    """Follow-ups are understood by a fake, whatever the shipped classifier would say."""
    fake = NamesCarried()
    monkeypatch.setattr("pullquote.qa.followups.understanding.shipped_classifier", lambda: fake)
    return fake


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Knows the words above; spells every other one with its letters."""
    from transformers import BertTokenizerFast

    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    tokens += [*".,?!-'\"()", *WORDS]
    vocabulary = tmp_path_factory.mktemp("tokenizer") / "vocab.txt"
    vocabulary.write_text("\n".join(tokens), encoding="utf-8")
    return BertTokenizerFast(vocab=str(vocabulary))


@pytest.fixture(scope="session")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any) -> Path:
    """The folder of a question-answering BERT whose weights are random."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    folder = tmp_path_factory.mktemp("tiny-reader")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=1 + max(tokenizer.get_vocab().values()),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.5,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
