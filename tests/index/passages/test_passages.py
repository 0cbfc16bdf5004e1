from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.articles import Article, Passage
from pullquote.index.passages.splitting import MAX_TOKENS, paragraph_ranges, split_passages


def words(texts) -> list[int]:
    return [len(text.split()) for text in texts]


def characters(texts) -> list[int]:
    return [len(text) for text in texts]


def prose(count: int, sentence: int = 10, word: str = "w") -> str:
    """Return `count` numbered words in sentences of `sentence`."""
    numbered = [f"{word.capitalize() if n % sentence == 0 else word}{n}" for n in range(count)]
    for n in range(sentence - 1, count, sentence):
        numbered[n] += "."
    return " ".join(numbered)


def split(text: str, furniture=(), count=words) -> list[Passage]:
    return split_passages(Article(text=text, id="a"), furniture, count)


def cut(text: str, furniture=(), count=words) -> list[tuple[str, int]]:
    return [(passage.text, passage.tokens) for passage in split(text, furniture, count)]


# -- worked examples


def test_neighbouring_paragraphs_are_joined_until_there_are_a_hundred_tokens():
    sixty, fifty, thirty = prose(60), prose(50, word="v"), prose(30, word="u")
    text = f"{sixty}\n\n{fifty}\n\n{thirty}"
    assert cut(text) == [(f"{sixty}\n\n{fifty}", 110), (thirty, 30)]


def test_paragraphs_that_would_come_to_more_than_the_maximum_stay_apart():
    ninety, hundred = prose(90), prose(95, word="v")
    assert cut(f"{ninety}\n\n{hundred}") == [(ninety, 90), (hundred, 95)]


def test_a_paragraph_of_the_maximum_stays_whole_and_one_of_more_is_cut_between_sentences():
    assert [tokens for _, tokens in cut(prose(MAX_TOKENS))] == [180]
    passages = split(prose(300))
    assert [passage.tokens for passage in passages] == [150, 150]
    assert passages[0].text == " ".join(prose(300).split()[:150])
    assert passages[1].text == " ".join(prose(300).split()[150:])


def test_a_sentence_without_end_is_halved_at_white_space():
    endless = " ".join(["word"] * 400)  # the middle touches word 200: 199 and 201, then halves of these
    assert [tokens for _, tokens in cut(endless)] == [99, 100, 100, 101]
    assert " ".join(text for text, _ in cut(endless)) == endless


@pytest.mark.parametrize("space", ["\t", "\n", "\u3000", "  "])
def test_a_table_is_halved_between_its_cells(space: str):
    cells = [f"c{n}" for n in range(700)]
    passages = split(space.join(cells) + "\n\nThe end.")
    assert " ".join(passage.text for passage in passages).split() == [*cells, "The", "end."]
    assert max(passage.tokens for passage in passages) <= MAX_TOKENS


def test_ten_thousand_letters_without_a_space():
    letters = "abcdefghij" * 1000
    # Halved until at most 180: 10,000 / 64 = 156.25.
    passages = split(letters, count=characters)
    assert "".join(passage.text for passage in passages) == letters
    assert {passage.tokens for passage in passages} == {156, 157}
    assert [(passage.start, passage.end) for passage in split(letters)] == [(0, 10_000)]


def test_a_paragraph_of_megabytes_is_cut_at_white_space_before_it_is_tokenised():
    longest = 0

    def count(texts) -> list[int]:
        nonlocal longest
        longest = max(longest, *map(len, texts))
        return words(texts)

    log = "\t".join(f"entry{n}" for n in range(20_000))
    passages = split(log, count=count)
    assert longest <= 20_000
    assert "\t".join(passage.text for passage in passages) == log


def test_more_letters_without_a_space_than_are_tokenised_at_once():
    assert [(passage.start, passage.end) for passage in split("a" * 30_000 + " b")] == [(0, 30_002)]
    assert split("a" + " " * 50_000 + "b")[0].text.split() == ["a", "b"]


def test_furniture_ends_a_passage_and_is_in_none():
    before, bar, after = prose(20), "Share Tweet", prose(20, word="v")
    text = f"{before}\n\n{bar}\n\n{after}"
    start = text.index(bar)
    assert cut(text, [(start, start + len(bar))]) == [(before, 20), (after, 20)]


def test_furniture_on_a_line_of_a_paragraph_is_cut_out_of_it():
    text = "One two three.\nADVERTISEMENT\nFour five six.\n\nSeven."
    start = text.index("ADV")
    assert cut(text, [(start, start + 13)]) == [("One two three.", 3), ("Four five six.\n\nSeven.", 4)]


def test_two_pieces_of_furniture_in_one_paragraph():
    text = "aa XX bb YY cc"
    assert cut(text, [(3, 5), (9, 11)]) == [("aa", 1), ("bb", 1), ("cc", 1)]


def test_nothing_is_left_of_a_text_that_is_all_furniture_or_all_space():
    assert split("Share", [(0, 5)]) == []
    assert split(" \n\n\t\u2028 \n") == []
    assert split("") == []


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("one\ntwo", ["one", "two"]),
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("one\r\ntwo\r\n\r\nthree", ["one\r\ntwo", "three"]),
        ("one\r\ntwo", ["one", "two"]),
        ("one\rtwo\r\rthree", ["one\rtwo", "three"]),
        ("one \n \t\n two", ["one", "two"]),
        ("\n\none\u2028two\n\n", ["one", "two"]),
        ("one\n\n\n\n\ntwo", ["one", "two"]),
        ("one\u2029two\u0085three\x0bfour", ["one", "two", "three", "four"]),
        ("  \n ", []),
    ],
)
def test_paragraphs(text: str, paragraphs: list[str]):
    assert [text[start:end] for start, end in paragraph_ranges(text)] == paragraphs


# -- properties

WORDS = ("harbour", "naïve", "e\u0301te\u0301", "שלום", "中文", "🚢🇳🇴", "1,450", "“Yes,”", "o'clock")
SEPARATORS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n \n\n", "\u2028", "\u2029"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Return paragraphs of up to 500 words, in sentences or without any, and every kind of line end."""
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        count = draw(st.integers(0, 120) | st.integers(120, 500))
        sentence = draw(st.sampled_from([7, 25, 1000]))
        start = draw(st.integers(0, len(WORDS) - 1))
        some = [
            WORDS[(start + n * n) % len(WORDS)] + ("." if n % sentence == sentence - 1 else "") for n in range(count)
        ]
        parts += [draw(st.sampled_from([" ", "\t", "\u00a0"])).join(some), draw(SEPARATORS)]
    return "".join(parts)


@st.composite
def texts_with_furniture(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(texts())
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return text, [(start, end) for start, end in pairwise(edges)][::2]


def runs_outside(text: str, furniture) -> list[tuple[int, int]]:
    """Return the ranges of the words that no furniture touches, and of what furniture leaves of the others."""
    edges = [0, *(edge for pair in furniture for edge in pair), len(text)]
    return [
        (start + match.start(), start + match.end())
        for start, end in list(pairwise(edges))[::2]
        for match in re.finditer(r"\S+", text[start:end])
    ]


@settings(max_examples=80, deadline=None)
@given(texts_with_furniture())
def test_every_word_is_in_exactly_one_passage_and_no_passage_touches_furniture(case):
    text, furniture = case
    passages = split(text, furniture)
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text == passage.text.strip()
        assert 1 <= passage.tokens <= MAX_TOKENS
        assert passage.tokens == len(passage.text.split())
        assert not any(start < passage.end and passage.start < end for start, end in furniture)
    assert all(left.end <= right.start for left, right in pairwise(passages))
    for start, end in runs_outside(text, furniture):
        holding = [passage for passage in passages if passage.start < end and start < passage.end]
        assert [(max(p.start, start), min(p.end, end)) for p in holding] == [(start, end)]


@settings(max_examples=50, deadline=None)
@given(texts())
def test_paragraphs_are_whole_unless_too_long(text: str):
    paragraphs = paragraph_ranges(text)
    starts, ends = {start for start, _ in paragraphs}, {end for _, end in paragraphs}
    too_long = [(start, end) for start, end in paragraphs if len(text[start:end].split()) > MAX_TOKENS]
    for passage in split(text):
        assert passage.start in starts or any(start < passage.start < end for start, end in too_long)
        assert passage.end in ends or any(start < passage.end < end for start, end in too_long)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400), st.integers(1, 3))
def test_whatever_the_text_no_letter_is_lost_or_seen_twice(text: str, factor: int):
    passages = split(text * factor, count=characters)
    seen = [at for passage in passages for at in range(passage.start, passage.end)]
    assert len(seen) == len(set(seen))
    letters = {at for at, character in enumerate(text * factor) if character.isalnum()}
    assert letters <= set(seen)
    assert all(passage.text == (text * factor)[passage.start : passage.end] for passage in passages)
    assert all(1 <= passage.tokens <= MAX_TOKENS for passage in passages)
