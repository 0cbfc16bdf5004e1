from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.qa.values.normalize import normalize_answer, value_key


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Port Authority", "port authority"),
        ("port  authority.", "port authority"),
        ("“Mara Lind,”", "mara lind"),
        ("the U.S. Senate", "us senate"),
        ("an AN a The", ""),
        ("Anna the Great", "anna great"),
        ("theatre", "theatre"),
        ("2.5 percent", "2·5 percent"),
        ("May 4–6, 2031…", "may 46 2031"),
        ("ﬁve\u00a0ferries", "five ferries"),
        ("ÁSA", "asa"),
        ("e\u0301te\u0301", "ete"),
        ("İzmir", "izmir"),
        ("Hollen\u00adbruck", "hollenbruck"),
        ("part\u2011time", "parttime"),
        ("10²", "10^2"),
        ("10½", "10 1⁄2"),
        ("—", ""),
        ("", ""),
    ],
)
def test_normal_forms(text: str, normal: str):
    assert normalize_answer(text) == normal


@given(st.text(max_size=60))
def test_articles_space_and_marks_do_not_matter(text: str):
    normal = normalize_answer(text)
    assert normal == normal.strip()
    assert normalize_answer(f" The {text}!  ") == normal
    assert not set(normal.split()) & {"a", "an", "the"}
    assert not set(normal) & set(".,;:!?\"'“”‘’—–…")


@pytest.mark.parametrize(
    "wordings",
    [
        ("£486m", "£486 million", "486 million pounds"),
        ("fourteen", "14"),
        ("19 years", "nineteen years"),
        ("4 May", "May 4th", "the 4th of May"),
        ("5am", "5.00 a.m."),
        ("5%", "five per cent"),
        ("the Mara Lind", "Mara Lind,"),
        ("Zoe\u0308 Bru\u0302le\u0301", "Zoë Brûlé", "ZOE BRULE", "Zo\u00adë Brû\u200blé"),
        ("İzmir", "Izmir"),
        ("Jean\u2011Luc", "Jean-Luc"),
        ("2½ miles", "2 1/2 miles", "2.5 miles"),
        ("2⅔", "2 2/3"),
        ("10²", "10^2"),
        ("12 km²", "12 km2"),
        ("Osterby¹", "Osterby"),
        ("Ⅷ", "VIII"),
    ],
)
def test_one_value_in_several_wordings(wordings):
    assert len({value_key(wording) for wording in wordings}) == 1


@pytest.mark.parametrize(
    "others",
    [
        ("19 years", "19 days", "19"),
        ("$5m", "£5m", "5m"),
        ("4 May", "4 May 2031", "4 June"),
        ("Mara Lind", "Lind"),
        ("2.5", "25"),
        ("10²", "102", "10", "2"),
        ("10½", "101/2", "10", "1/2"),
        ("3 May ½", "3½ May"),
    ],
)
def test_other_values(others):
    assert len({value_key(other) for other in others}) == len(others)
