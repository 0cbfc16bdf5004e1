from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullquote.graphemes import whole_graphemes
from pullquote.qa.reading.windows import MAX_QUESTION_TOKENS, ReaderInput, Window, make_windows, pad


def windows_of(tokenizer, question: str, *inputs: ReaderInput, max_tokens: int = 64, stride: int = 8) -> list[Window]:
    return make_windows(tokenizer, [question] * len(inputs), inputs, max_tokens=max_tokens, stride=stride)


def words(window: Window, text: str) -> list[str | None]:
    return [text[start:end] if start >= 0 else None for start, end in zip(window.starts, window.ends, strict=True)]


def test_one_window_token_by_token(tokenizer):
    text = "Mara Lind chairs."
    (window,) = windows_of(tokenizer, "Who chairs?", ReaderInput(text))
    assert tokenizer.convert_ids_to_tokens(window.ids) == [
        "[CLS]", "who", "chairs", "?", "[SEP]", "mara", "lind", "chairs", ".", "[SEP]",
    ]  # fmt: skip
    assert words(window, text) == [None] * 5 + ["Mara", "Lind", "chairs", "."] + [None]
    assert window.types == [0] * 5 + [1] * 5
    assert window.answerable.tolist() == [False] * 5 + [True] * 4 + [False]
    assert window.passage == 0


def test_words_before_the_passage_are_read_but_never_an_answer(tokenizer):
    text = "Mara Lind chairs."
    (plain,) = windows_of(tokenizer, "Who?", ReaderInput(text))
    (window,) = windows_of(tokenizer, "Who?", ReaderInput(text, context="Port: the ferry"))
    assert tokenizer.decode(window.ids) == "[CLS] who? [SEP] port : the ferry mara lind chairs. [SEP]".replace(
        ":", "[UNK]"
    )
    assert words(window, text)[-5:] == ["Mara", "Lind", "chairs", ".", None]
    assert window.answerable.sum() == plain.answerable.sum() == 4
    assert [word for word in words(window, text) if word] == [word for word in words(plain, text) if word]


def test_offsets_count_characters_of_the_passage_whatever_the_tokenizer_folds(tokenizer):
    text = "É🚢 e\u0301 FERRIES\u2028(2031)"
    (window,) = windows_of(tokenizer, "When?", ReaderInput(text, context="Été 🚢🚢"))
    assert [word for word in words(window, text) if word] == [
        "É🚢", "e\u0301", "F", "E", "R", "RIES", *"(2031)",
    ]  # fmt: skip


def test_a_long_passage_is_read_through_windows_that_overlap(tokenizer):
    text = " ".join(["ferry"] * 30)
    # [CLS] who ? [SEP] ... [SEP] leaves 15 of 20 tokens; each further window brings 15 - 5 = 10 new ones.
    windows = windows_of(tokenizer, "who?", ReaderInput(text), max_tokens=20, stride=5)
    firsts = [int(window.starts[window.answerable][0]) // 6 for window in windows]
    lasts = [int(window.starts[window.answerable][-1]) // 6 for window in windows]
    assert firsts == [0, 10, 20]
    assert lasts == [14, 24, 29]
    assert [len(window.ids) for window in windows] == [20, 20, 15]


def test_several_passages_keep_their_order(tokenizer):
    inputs = [ReaderInput("ferry"), ReaderInput("port " * 40), ReaderInput("storm")]
    windows = windows_of(tokenizer, "who?", *inputs, max_tokens=20, stride=5)
    assert [window.passage for window in windows] == [0, 1, 1, 1, 1, 2]


def test_no_passages_and_a_passage_without_a_token(tokenizer):
    assert make_windows(tokenizer, [], [], max_tokens=20, stride=5) == []
    for text in ("", "  \n", "\u200b"):
        (window,) = windows_of(tokenizer, "who?", ReaderInput(text))
        assert window.answerable.sum() == 0


def test_a_question_is_cut_so_that_the_passage_keeps_its_room(tokenizer):
    text = "Mara Lind chairs."
    (window,) = windows_of(tokenizer, "who " * 500, ReaderInput(text), max_tokens=192, stride=16)
    assert window.types.count(0) == 1 + MAX_QUESTION_TOKENS + 1
    assert [word for word in words(window, text) if word] == ["Mara", "Lind", "chairs", "."]
    # At the limit nothing is cut, one above it is.
    for count, left in ((MAX_QUESTION_TOKENS, MAX_QUESTION_TOKENS), (MAX_QUESTION_TOKENS + 1, MAX_QUESTION_TOKENS)):
        (window,) = windows_of(tokenizer, "who " * count, ReaderInput(text), max_tokens=192, stride=16)
        assert window.types.count(0) == left + 2


def test_padding(tokenizer):
    windows = windows_of(tokenizer, "who?", ReaderInput("ferry"), ReaderInput("the ferry"))
    ids, attention, types, answerable = pad(windows, pad_id=0)
    assert ids.tolist() == [[*windows[0].ids, 0], windows[1].ids]
    assert attention.tolist() == [[1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1]]
    assert types.tolist() == [[0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1]]
    assert answerable.tolist() == [
        [False, False, False, False, True, False, False],
        [False, False, False, False, True, True, False],
    ]
    assert [array.dtype for array in (ids, attention, types)] == [np.int64] * 3


TEXTS = st.lists(
    st.sampled_from(
        ["ferry", "Mara Lind", "x7", "🚢", "שלום", "é", "e\u0301", "\u2028", "\n\n", "“no,”", "中文", "1,450"]
    ),
    max_size=60,
).map(" ".join)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, context=st.sampled_from(["", "The ferry. May 4", "🚢é"]), room=st.integers(30, 60))
def test_windows_cover_the_passage_and_point_into_it(tokenizer, text: str, context: str, room: int):
    whole = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    windows = windows_of(tokenizer, "Who chairs the port?", ReaderInput(text, context), max_tokens=room, stride=6)
    seen = set()
    for window in windows:
        assert len(window.ids) == len(window.types) == len(window.starts) == len(window.ends) <= room
        marked = window.answerable
        assert ((window.starts == -1) == (window.ends == -1)).all()
        assert (window.ends[marked] > window.starts[marked]).all()
        assert (window.ends[marked] <= len(text)).all()
        assert not marked[0]
        assert not marked[-1]
        seen |= set(zip(window.starts[marked].tolist(), window.ends[marked].tolist(), strict=True))
    assert seen == {whole_graphemes(text, *place) for place in whole["offset_mapping"] if place[1] > place[0]}
