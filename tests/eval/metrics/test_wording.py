from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pullquote.eval.metrics.wording import distinct, is_right

SAME = [
    # numbers
    ("forty-one", "41"),
    ("forty–one", "41"),
    ("1,240", "1240"),
    ("1\u202f240", "1240"),
    ("one thousand two hundred and forty", "1,240"),
    ("two and a half million", "2.5m"),
    ("two and a half million", "2.5 million"),
    ("two and a half million", "2,500,000"),
    ("2½ million", "2.5 million"),
    ("two point five million", "2.5m"),
    ("half a million", "500,000"),
    ("half a dozen", "six"),
    ("two dozen", "24"),
    ("a hundred", "100"),
    ("40k", "40,000"),
    ("3 trillion", "3tn"),
    ("1.0", "1"),
    ("the fourth", "4th"),
    ("-5", "minus five"),
    ("10–15", "10 to 15"),
    ("about 41", "41"),
    ("some 300", "300"),
    # money
    ("£3.2m", "3.2 million pounds"),
    ("£3.2m", "£3.2 million"),
    ("£3.2m", "£3.2 m"),
    ("£3.2m", "£3,200,000"),
    ("$5", "five dollars"),
    ("US$5", "$5"),
    ("€1.2bn", "1.2 billion euros"),
    ("50p", "50 pence"),
    ("£3.2 million", "3.2 million"),  # a currency is a unit: the number alone will do
    # shares
    ("5%", "5 per cent"),
    ("5%", "five percent"),
    ("10-15%", "10 to 15 per cent"),
    # dates
    ("4 May", "May 4"),
    ("4 May", "4th of May"),
    ("4 May", "the fourth of May"),
    ("4 May", "Sunday 4 May"),
    ("on Sunday, May 4th", "4 May"),
    ("4 May (Sunday)", "Sunday 4 May"),
    ("4 May 2031", "4 May"),
    ("4 May", "4 May 2031"),
    ("May 4, 2031", "4 May 2031"),
    ("2031-05-04", "4 May 2031"),
    ("Sept. 4", "4 September"),
    ("May 2031", "May"),
    ("4–6 May", "May 4 to 6"),
    ("from 4 to 6 May", "May 4-6"),
    # times
    ("5am", "5.00 am"),
    ("5am", "05:00"),
    ("5 a.m.", "five am"),
    ("5:30 p.m.", "17:30"),
    ("at noon", "12pm"),
    ("midnight", "00:00"),
    ("November 5 at 2 a.m.", "5 November at 2am"),
    # names
    ("Dr Hanne Osterby", "Hanne Osterby"),
    ("Canon Ida Mossop", "Ida Mossop"),
    ("Chief Fire Officer Wyn Harde", "Wyn Harde"),
    ("Dr. Hanne Østerby", "Hanne Osterby"),
    ("Mayor Quill", "Quill"),
    ("Prime Minister Anna Roy", "Anna Roy"),
    ("Former Vice President Mike Pence", "Mike Pence"),
    ("Quill's", "Quill"),
    ("J. K. Rowling", "JK Rowling"),
    # leading words, marks, case, accents, spaces
    ("in Vellmouth", "Vellmouth"),
    ("on Monday", "Monday"),
    ("to the harbour", "Harbour"),
    ("“The Long Tide”", "the long tide"),
    ("‘Ocean’s Eleven’", "Ocean's 11"),
    ("CAFÉ", "cafe"),
    ("U.S.", "US"),
    ("Washington, DC", "Washington D.C."),
    ("life-boat", "lifeboat"),
    ("Marks & Spencer", "Marks and Spencer"),
    # units
    ("41 people", "41"),
    ("forty-one", "41 ferries"),
    ("four times", "4"),
    ("12-mile", "12 miles"),
    ("100m", "100 metres"),
    ("100m", "100 million"),
    ("12km", "12 kilometres"),
    ("30 miles per hour", "30mph"),
    ("5°C", "5 degrees Celsius"),
    ("?!", "?!"),
    # roman figures
    ("Artemis II", "Artemis 2"),
    ("Osbert VIII", "Osbert 8"),
    ("Tide War II", "Tide War Two"),
    # fractions
    ("two thirds", "2/3"),
    ("two-thirds", "⅔"),
    ("a third", "one third"),
    ("three quarters", "3/4"),
    ("three quarters", "75%"),
    ("half", "50%"),
    ("a quarter of voters", "25% of voters"),
    # countries
    ("the UK", "United Kingdom"),
    ("Britain", "U.K."),
    ("US", "the United States of America"),
    ("America", "USA"),
    ("Russian Federation", "Russia"),
    ("Türkiye", "Turkey"),
    ("the Ivory Coast", "Côte d’Ivoire"),
    ("Holland", "the Netherlands"),
    ("DR Congo", "Democratic Republic of the Congo"),
    # acronyms
    ("USPS", "US Postal Service"),
    ("the U.S.P.S.", "United States Postal Service"),
    ("NATO", "North Atlantic Treaty Organization"),
    ("Nato", "the North Atlantic Treaty Organisation"),
    ("VHB", "Vellmouth Harbour Board"),
    ("DoF", "Department of Ferries"),
    ("FTC", "Ferry and Tram Company"),
    ("CTC", "Centre for Tide Control and Prevention"),
    ("FTA", "US Ferry and Tram Administration"),
    ("AI", "artificial intelligence"),
    # companies and clubs
    ("Osterby Inc.", "Osterby"),
    ("Vellmouth Ferries plc", "Vellmouth Ferries"),
    ("Quill & Co.", "Quill and Co"),
    ("Vellmouth FC", "Vellmouth"),
    # one and many
    ("egg", "Eggs"),
    ("the winter storm", "Winter storms"),
    ("ferries", "a ferry"),
    ("wolf", "Wolves"),
    ("fishermen", "fisherman"),
    ("potatoes", "potato"),
]

NOT_SAME = [
    ("41", "42"),
    ("3.2", "32"),
    ("3.2 million", "32 million"),
    ("2.5 million", "2.5 billion"),
    ("millions", "1,000,000"),
    ("hundreds of people", "100 people"),
    ("fourth", "four"),
    ("-5", "5"),
    ("1990s", "1990"),
    ("three quarters", "three"),
    ("nearly 41", "41"),
    ("more than 41", "41"),
    ("65+", "65"),
    ("<5", "5"),
    (">5", "5"),
    ("at least 41", "41"),
    ("100 metres", "100 million"),
    # money and shares
    ("£3.2m", "$3.2m"),
    ("£3.2m", "£3.2bn"),
    ("£3.2m", "£32m"),
    ("£5", "5%"),
    ("5%", "5"),
    ("5 percentage points", "5%"),
    ("C$5", "$5"),
    # dates and times
    ("4 May 2031", "4 May 2030"),
    ("May", "4 May"),
    ("May 2031", "4 May 2031"),
    ("4 May", "5 May"),
    ("4 May", "4 June"),
    ("Sunday 4 May", "Monday 4 May"),
    ("Sunday", "Sunday 4 May"),
    ("2031", "4 May 2031"),
    ("May 2031", "May 2030"),
    ("4 May 20315", "4 May"),
    ("5am", "5pm"),
    ("5:00", "5pm"),
    ("5.00 am", "5.30 am"),
    ("before noon", "noon"),
    # names
    ("Mayor Quill", "Dorothea Quill"),
    ("Quill", "Dorothea Quill"),
    ("Osterby", "Dr Hanne Osterby"),
    ("King Charles", "Charles"),
    ("Mayor of Vellmouth", "of Vellmouth"),
    ("General Motors", "Motors"),
    # places, words, units
    ("Vellmouth", "Vellmouth Harbour"),
    ("near Vellmouth", "Vellmouth"),
    ("Around the World", "World"),
    ("41 dead", "41 injured"),
    ("41 people", "42 people"),
    ("41 people were rescued", "41"),
    ("3-2", "32"),
    ("3-2", "3.2"),
    ("the", "a"),
    ("?!", "!?"),
    # roman figures, fractions
    ("Artemis II", "Artemis III"),
    ("Xi", "11"),
    ("President Xi", "President 11"),
    ("Malcolm X", "Malcolm 10"),
    ("I", "1"),
    ("part I", "part 1"),
    ("two thirds", "2"),
    ("two thirds", "3/4"),
    ("the third", "one third"),
    ("9/11", "9 to 11"),
    ("a fifth term", "20% term"),
    # countries
    ("England", "United Kingdom"),
    ("North Korea", "South Korea"),
    ("Ukrainian", "Ukraine"),
    ("Niger", "Nigeria"),
    ("Island", "Iceland"),
    ("an", "Andorra"),
    # acronyms
    ("VHB", "Vellmouth Ferry Board"),
    ("in", "Ida Nye"),
    ("cat", "Central Atlantic Trust"),
    ("V", "Vellmouth"),
    ("NFT", "NFB"),
    # companies, one and many
    ("Osterby Inc", "Quill Inc"),
    ("Company", "Inc"),
    ("Edward", "Edwards"),
    ("Hanne Roberts", "Hanne Robert"),
    ("glass", "glas"),
    ("new", "news paper"),
    ("", "41"),
    ("", ""),
    (" ", " "),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_differences_of_writing_do_not_count(one, other):
    assert is_right(one, [other])
    assert is_right(other, [one])


@pytest.mark.parametrize(("one", "other"), NOT_SAME)
def test_differences_of_fact_do(one, other):
    assert not is_right(one, [other])
    assert not is_right(other, [one])


def test_one_accepted_answer_is_enough_and_none_is_none():
    assert is_right("41", ["nine", "forty-one"])
    assert not is_right("41", [])


def test_accepted_answers_are_a_sequence_and_not_its_letters():
    with pytest.raises(TypeError, match="not one string"):
        is_right("4", "41")


@pytest.mark.parametrize(
    ("wordings", "values"),
    [
        ([], []),
        (["three", "Five", "five", "Six", "6", "five"], [("three",), ("Five", "five"), ("Six", "6")]),
        (["£3.4m", "£4.2m", "£3.4 million"], [("£3.4m", "£3.4 million"), ("£4.2m",)]),
        (["More than 100", "91", "ninety-one"], [("More than 100",), ("91", "ninety-one")]),
        # The first two differ but for the third, whatever the order.
        (["41 people", "41 guests", "41"], [("41 people", "41 guests", "41")]),
        (["41", "41 people", "41 guests"], [("41", "41 people", "41 guests")]),
    ],
)
def test_different_values(wordings, values):
    assert distinct(wordings) == values


PIECES = st.lists(
    st.sampled_from(
        [
            "UK",
            "Britain",
            "VHB",
            "II",
            "V",
            "2/3",
            "third",
            "quarter",
            "egg",
            "eggs",
            "Inc",
            "4",
            "41",
            "May",
            "2031",
            "Sunday",
            "5am",
            "£3.2m",
            "5%",
            "100m",
            "½",
            "°C",
            "£",
        ]
    )
    | st.sampled_from(["the", "of", "Dr", "Quill", "harbour", "million", "half", "and", "a", "dozen", ",", "-", "’"]),
    max_size=7,
).map(" ".join)


@given(PIECES | st.text(max_size=30), PIECES | st.text(max_size=30))
def test_symmetrical_and_reflexive(one, other):
    assert is_right(one, [other]) == is_right(other, [one])
    assert is_right(one, [one]) == bool(one.strip())


@given(PIECES | st.text(max_size=30), PIECES)
def test_lenient_accepts_at_least_what_strict_does(one, other):
    assert is_right(one, [other], lenient=True) >= is_right(one, [other])
    assert is_right(one, [one], lenient=True) == bool(one.strip())


@given(PIECES)
def test_case_and_outer_space_do_not_count(text):
    assert is_right(f"  {text.upper()} ", [text]) == bool(text)


@given(st.integers(0, 10**12))
def test_separators_do_not_count_and_other_numbers_are_other_answers(number):
    assert is_right(f"{number:,}", [str(number)])
    assert not is_right(str(number), [str(number + 1)])


DAYS = st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31))


@given(DAYS, DAYS)
@example(dt.date(2031, 5, 4), dt.date(2030, 5, 4))
def test_days_are_the_same_only_as_dates(one, other):
    written = f"{one:%A}, {one:%B} {one.day}, {one.year}"
    assert is_right(written, [f"{other.day} {other:%b}"]) == ((one.month, one.day) == (other.month, other.day))


@given(st.lists(PIECES, max_size=6))
def test_each_wording_is_in_one_value_and_values_differ(wordings):
    values = distinct(wordings)
    assert sorted(one for value in values for one in value) == sorted(set(wordings))
    assert not any(is_right(one, value) for at, value in enumerate(values) for other in values[:at] for one in other)
