"""Single texts embedded without sentence_transformers, which is the oracle."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from pullquote.index.embedding.embedder import SentenceTransformerEmbedder, default_model_folder
from pullquote.index.encoders.sentence_encoder import SentenceEncoder, batches

TEXTS = [
    "Who chairs the port authority?",
    " when was the bridge opened ",
    "",
    "Ünïcödé 東京 [SEP] “quoted”",
    "word " * 600,
]


@pytest.mark.parametrize("bfloat16", [False, True])
def test_the_vectors_are_those_of_sentence_transformers(bfloat16):
    ours = SentenceEncoder.of(default_model_folder(), bfloat16=bfloat16)
    theirs = SentenceTransformerEmbedder(bfloat16=bfloat16)
    theirs._load()
    assert theirs._own is None
    passages = theirs.embed_passages(TEXTS)
    np.testing.assert_allclose(ours.embed_all(TEXTS, batch_tokens=600), passages, atol=1e-2 if bfloat16 else 1e-6)
    for text in TEXTS:
        np.testing.assert_allclose(ours.embed(text), theirs.embed_query(text), atol=1e-6)
    assert (ours.dimension, theirs.dimension) == (384, 384)
    np.testing.assert_allclose(ours.embed(TEXTS[0]), passages[0], atol=1e-2)


def test_texts_of_like_length_share_a_batch():
    assert batches([3, 9, 5, 9, 1], 18) == [[1, 3], [2, 0, 4]]
    assert batches([3, 9, 5, 9, 1], 8) == [[1], [3], [2], [0, 4]]
    assert batches([], 8) == []


def test_progress_tells_how_many_are_embedded():
    told = []
    ours = SentenceEncoder.of(default_model_folder(), bfloat16=False)
    vectors = ours.embed_all(["a b c", "word " * 20, "x"], batch_tokens=22, progress=told.append)
    assert told == [1, 3]
    assert vectors.shape == (3, 384)
    assert ours.embed_all([], batch_tokens=22).shape == (0, 384)


def changed(folder, file, change):
    path = folder / file
    facts = json.loads(path.read_text())
    path.write_text(json.dumps(change(facts)))


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("modules.json", lambda facts: facts[:2]),
        ("1_Pooling/config.json", lambda facts: {**facts, "pooling_mode_cls_token": True}),
        ("1_Pooling/config.json", lambda facts: {**facts, "pooling_mode_mean_tokens": False}),
        ("sentence_bert_config.json", lambda facts: {**facts, "do_lower_case": True}),
        ("sentence_bert_config.json", lambda facts: {}),
        ("config_sentence_transformers.json", lambda facts: {**facts, "prompts": {"query": "query: "}}),
        ("config.json", lambda facts: {**facts, "model_type": "roberta"}),
        ("config.json", lambda facts: {**facts, "num_hidden_layers": 7}),
        ("tokenizer_config.json", lambda facts: {}),
    ],
)
def test_models_of_another_make_are_left_to_sentence_transformers(tmp_path, file, change):
    folder = tmp_path / "model"
    shutil.copytree(default_model_folder(), folder, copy_function=shutil.copyfile)
    assert SentenceEncoder.of(folder, bfloat16=False) is not None
    changed(folder, file, change)
    assert SentenceEncoder.of(folder, bfloat16=False) is None


def test_a_question_needs_neither_transformers_nor_sentence_transformers():
    code = (
        "import sys\n"
        "from pullquote.index.embedding.embedder import SentenceTransformerEmbedder\n"
        "from pullquote.qa.reading.paired import load_reader\n"
        "from pullquote.qa.reading.windows import ReaderInput\n"
        "from pullquote.qa.followups.term_classifier import shipped_classifier\n"
        "SentenceTransformerEmbedder().embed_query('Who?')\n"
        "load_reader('small').read('Who?', [ReaderInput('Nobody.')])\n"
        "shipped_classifier()\n"
        "heavy = {'transformers', 'sentence_transformers', 'torch._dynamo', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)), 'torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
