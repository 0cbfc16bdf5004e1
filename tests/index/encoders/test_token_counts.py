"""Tokens counted by looking words up: as many as the tokenizer makes."""

import json

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.index.embedding.embedder import default_model_folder
from pullquote.index.encoders import token_counts
from pullquote.index.encoders.token_counts import TokenCounter

TEXTS = [
    "",
    " \n",
    "Port.",
    "Mara Lind's well-known 3.5% plan (she said: “no”) cost £1,250...",
    "a\x1cb c\x85d e\x0bf g\xa0h i\u2028j k\u3000l \x00m \x7fn",
    "[MASK] x[SEP]y [ mask ] [unk] [UNK]",
    "東京 Ünïcödé e\u0301a\u0301 !\u0301 =\u0338x İstanbul ΑΣ",
    "x" * 101 + " " + "y" * 100,
    "soft\u00adhyphen zero\u200bwidth \ufeffmark \ufffd gone",
]


@pytest.fixture(scope="module")
def tokenizer():
    made = tokenizers.Tokenizer.from_file(str(default_model_folder() / "tokenizer.json"))
    made.no_padding()
    made.no_truncation()
    return made


@pytest.fixture(scope="module")
def counter(tokenizer):
    return TokenCounter.of(tokenizer)


def made(tokenizer, texts):
    return [len(row.ids) for row in tokenizer.encode_batch(texts, add_special_tokens=False)]


def test_tokens_are_as_many_as_the_tokenizer_makes(tokenizer, counter):
    assert counter.count(TEXTS) == made(tokenizer, TEXTS)
    assert counter.count(["Port.", "Mara Lind"]) == [2, 3]
    assert counter.count([]) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.one_of(st.characters(), st.sampled_from("ab .,[]MASK\n\x1c\x85\xa0\u0301\u200b")))))
def test_tokens_of_any_text(tokenizer, counter, texts):
    writable = [text.encode("utf-8", "ignore").decode() for text in texts]
    assert counter.count(writable) == made(tokenizer, writable)


def test_full_tables_are_emptied(tokenizer, monkeypatch):
    monkeypatch.setattr(token_counts, "_KEPT", 3)
    counter = TokenCounter.of(tokenizer)
    texts = ["one two, three four. five six"] * 2
    assert counter.count(texts) == made(tokenizer, texts)
    assert (len(counter._chunks), len(counter._words)) <= (3, 3)


def test_truncation_and_padding_of_the_copied_tokenizer_do_not_count(tokenizer):
    cut = tokenizers.Tokenizer.from_str(tokenizer.to_str())
    cut.enable_truncation(8)
    cut.enable_padding(length=16)
    assert TokenCounter.of(cut).count(["the " * 40, "a"]) == [40, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts | {"normalizer": None},
        lambda facts: facts | {"pre_tokenizer": {"type": "WhitespaceSplit"}},
        lambda facts: facts | {"added_tokens": [facts["added_tokens"][0] | {"content": "two words", "id": 30522}]},
        lambda facts: facts | {"added_tokens": [facts["added_tokens"][0] | {"content": "zq", "special": False}]},
    ],
)
def test_tokenizers_of_another_make_are_not_counted_for(tokenizer, change):
    changed = tokenizers.Tokenizer.from_str(json.dumps(change(json.loads(tokenizer.to_str()))))
    assert TokenCounter.of(changed) is None
