"""The tokenizer against transformers', which is the oracle: the same rows, offsets and parts."""

import pytest

from pullquote.index.encoders.tokenizer import FastTokenizer
from pullquote.qa.reading.shipped import shipped_reader_folder

READERS = {"bert": "small", "mpnet": "accurate"}
TEXTS = [
    "The port authority of Varn is chaired by Mara Lind, who said: “We did not expect it.”",
    "Ünïcödé naïve 東京 [SEP] <mask> [unused0] </s> ‘x’ e\u0301 👩‍👩‍👧 \x00\x1f 1,250.5",
    "",
    "a" * 300,
    "word " * 200,
]
QUESTION = "Who chairs it?"
MANNERS = [
    {
        "truncation": "only_second",
        "max_length": 48,
        "stride": 16,
        "return_overflowing_tokens": True,
        "return_offsets_mapping": True,
        "return_token_type_ids": True,
    },
    {"truncation": "longest_first", "max_length": 40, "return_offsets_mapping": True},
    {"truncation": True, "max_length": 20},
    {},
]


@pytest.fixture(params=READERS)
def both(request):
    from transformers import AutoTokenizer

    folder = shipped_reader_folder(READERS[request.param])
    return FastTokenizer(folder, request.param), AutoTokenizer.from_pretrained(folder)


def plain(name, value):
    return [[tuple(pair) for pair in row] for row in value] if name == "offset_mapping" else value


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: str(manner.get("truncation", "whole")))
@pytest.mark.filterwarnings("ignore:Token indices sequence length")
def test_pairs_are_the_same_tokens(both, manner):
    ours, theirs = both
    found, expected = ours([QUESTION] * len(TEXTS), TEXTS, **manner), theirs([QUESTION] * len(TEXTS), TEXTS, **manner)
    names = [name for name in expected if name in ("input_ids", "attention_mask", "offset_mapping", "token_type_ids")]
    for name in [*names, *(["overflow_to_sample_mapping"] if "stride" in manner else [])]:
        assert plain(name, found[name]) == plain(name, expected[name]), name
    for row in range(len(expected["input_ids"])):
        assert found.sequence_ids(row) == expected.sequence_ids(row)


def test_single_texts_are_the_same_tokens(both):
    ours, theirs = both
    for text in TEXTS:
        found = ours(text, return_offsets_mapping=True, add_special_tokens=False)
        expected = theirs(text, return_offsets_mapping=True, add_special_tokens=False)
        assert found["input_ids"] == expected["input_ids"]
        assert [tuple(pair) for pair in found["offset_mapping"]] == [tuple(pair) for pair in expected["offset_mapping"]]


def test_special_tokens_have_the_same_numbers(both):
    ours, theirs = both
    for name in ("pad_token_id", "cls_token_id", "sep_token_id"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert list(ours.model_input_names) == list(theirs.model_input_names)
    marks = ["[unused0]", "[unused1]"]
    assert ours.convert_tokens_to_ids(marks) == theirs.convert_tokens_to_ids(marks)
    assert ours.convert_tokens_to_ids("harbour") == theirs.convert_tokens_to_ids("harbour")


def test_a_damaged_file_is_a_value_error(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(ValueError, match="EOF"):
        FastTokenizer(tmp_path, "bert")


def test_an_unknown_name_is_a_key_error(both):
    with pytest.raises(KeyError):
        both[0](["a"])["special_tokens_mask"]
