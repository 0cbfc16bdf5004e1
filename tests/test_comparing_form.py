from __future__ import annotations

import sys
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pullquote import comparing_form as module
from pullquote.comparing_form import comparing_form, composed, name_form, visible


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("İzmir", "izmir"),
        ("Zoë Brûlé", "zoe brule"),
        ("Zoe\u0308 Bru\u0302le\u0301", "zoe brule"),
        ("Hollen\u00adbruck", "hollenbruck"),
        ("Hol\u200blen\u2060bruck\ufeff", "hollenbruck"),
        ("part\u2011time", "part-time"),
        ("2031–32", "2031-32"),
        ("O’Dell `quoted`", "o'dell 'quoted'"),
        ("“No”", '"no"'),
        ("five\u00a0\u2009 ferries\n", "five ferries"),
        ("ﬁre in Straße", "fire in strasse"),
        ("Łódź, Ærø", "lodz, aero"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("10²", "10^2"),
        ("10⁻³", "10^-3"),
        ("x² + y²", "x^2 + y^2"),
        ("(a+b)²", "(a+b)^2"),
        ("12 km², 5m³", "12 km2, 5m3"),
        ("CO₂", "co2"),
        ("the levy¹ rises", "the levy rises"),
        ("10½", "10 1⁄2"),
        ("½", "1⁄2"),
        ("Pullmark™", "pullmark"),
    ],
)
def test_forms(text: str, form: str):
    assert comparing_form(text) == form


def test_marks_that_make_another_letter_stay():
    assert comparing_form("が") == "が" != comparing_form("か")
    assert comparing_form("한국") == "한국"
    assert comparing_form("कि") != comparing_form("क")


def test_a_long_run_beyond_ascii_is_folded_as_a_short_one_is():
    assert comparing_form("Αθήνα" * 4) == "αθηνα" * 4


def test_what_is_invisible_is_what_unicode_says():
    listed = regex.compile(r"\p{Default_Ignorable_Code_Point}")
    differ = [
        hex(code)
        for code in range(0x80, sys.maxunicode + 1)
        if bool(listed.match(chr(code))) != bool(module._INVISIBLE.match(chr(code)))
    ]
    assert differ == []


def test_every_character_has_one_form():
    again = [
        hex(code)
        for code in range(0x80, 0x30000)
        if not 0xD800 <= code < 0xE000 and comparing_form(form := comparing_form(f"ab{chr(code)}c")) != form
    ]
    assert again == []


@given(st.text())
def test_the_form_is_that_of_either_normal_form(text: str):
    form = comparing_form(text)
    assert comparing_form(unicodedata.normalize("NFD", text)) == comparing_form(unicodedata.normalize("NFC", text))
    assert comparing_form(form) == form


def test_names_are_compared_with_hyphens_as_spaces():
    assert name_form("Jean\u2011Luc  Müller") == name_form("jean luc Mu\u0308ller") == "jean luc muller"


def test_composed_keeps_case_and_accents():
    assert composed("Zoe\u0308\u200b Bru\u0302le\u0301") == "Zoë Brûlé"
    assert visible("Zoe\u0308\u200b") == "Zoe\u0308"
