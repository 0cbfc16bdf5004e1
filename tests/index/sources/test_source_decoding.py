from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.index.sources.decoding import declared_charset, decode
from pullquote.index.sources.files import Unreadable

# The first character is none that a byte-order mark could be taken for; NUL and controls are tested apart.
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff"), min_size=1, max_size=200
)


@given(TEXTS)
def test_utf8_round_trip(text):
    assert decode(text.encode()) == text
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text


@given(TEXTS, st.sampled_from(["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]))
def test_marked_utf16_and_utf32_round_trip(text, encoding):
    assert decode(("\ufeff" + text).encode(encoding)) == text


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_unreadable(data):
    with contextlib.suppress(Unreadable):
        assert isinstance(decode(data), str)


def test_newlines_stay_as_they_are():
    assert decode(b"a\r\nb\rc\nd\x0b\xe2\x80\xa8e") == "a\r\nb\rc\nd\x0b\u2028e"


def test_utf16_without_a_mark():
    assert decode("The port of Varn.".encode("utf-16-le")) == "The port of Varn."
    assert decode("The port of Varn.".encode("utf-16-be")) == "The port of Varn."


def test_a_guess_reads_windows_1252():
    text = "“We carried 412 passengers,” said Zoë Müller – the café owner’s niece. Señor Núñez agreed."
    assert decode(text.encode("cp1252")) == text


def test_a_guess_reads_cyrillic():
    text = "Паром между островами снова ходит, сообщила администрация порта в воскресенье вечером. " * 3
    assert decode(text.encode("cp1251")) == text


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("iso-8859-1", "cp1252", "“café”"),  # as browsers read the label
        ("ISO-8859-2", "iso-8859-2", "Łódź"),
        ("gb2312", "gb18030", "渡轮恢复航行"),
        ("iso-2022-jp", "iso-2022-jp", "フェリー"),
    ],
)
def test_a_declared_encoding(declared, encoding, text):
    assert decode(text.encode(encoding), declared=declared) == text


def test_utf8_goes_before_a_wrong_declaration():
    assert decode("Łódź".encode(), declared="iso-8859-1") == "Łódź"


@pytest.mark.parametrize("label", ["hex", "rot13", "zip", "base64", "undefined", "idna", "utf-7"])
def test_text_that_is_no_utf8_is_read_whatever_codec_is_named(label):
    assert decode("Le café est fermé, a dit la mairie.".encode("cp1252"), declared=label).startswith("Le café est")


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "rot13", "hex", "no-such-thing"])
def test_labels_that_are_no_document_encoding_are_ignored(label):
    assert decode(b"a+ADw-b \\u0041", declared=label) == "a+ADw-b \\u0041"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<?xml version="1.0" encoding="windows-1250"?>', "windows-1250"),
        (b"<html><head><META CHARSET=koi8-r>", "koi8-r"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', "Shift_JIS"),
        (b"<p>charset=none</p>", None),
    ],
)
def test_declared_charset(data, expected):
    assert declared_charset(data) == expected


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\0\0", bytes(range(256)) * 8, b"PK\x03\x04abc"])
def test_binary_data(data):
    with pytest.raises(Unreadable, match="looks like a binary file"):
        decode(data)


def test_a_mark_that_lies_is_named():
    with pytest.raises(Unreadable, match="begins like UTF-8 but isn't valid at byte 5"):
        decode(b"\xef\xbb\xbfab\xff")
