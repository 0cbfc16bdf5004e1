from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.eval.metrics.nations import country_of, nation_of
from pullquote.eval.metrics.wording import is_right

# (given, accepted): right where the set gives one wording only, wrong where it lists all.
RIGHT = [
    # nations
    ("Ukrainian", "Ukraine"),
    ("Ukrainians", "Ukraine"),
    ("Ukraine", "Ukrainian"),
    ("the Dutch", "Netherlands"),
    ("British", "the UK"),
    ("Danes", "Denmark"),
    ("Swiss", "Switzerland"),
    ("Turkish forces", "Turkey"),
    ("the Russian government", "Russia"),
    ("Welsh", "Wales"),
    # persons
    ("Osterby", "Hanne Osterby"),
    ("Osterby’s", "Hanne Osterby"),
    ("Hanne Osterby", "Osterby"),
    ("Mayor Quill", "Dorothea Quill"),
    ("Hanne Osterby", "Mayor Hanne Osterby"),
    ("Hanne M. Osterby", "Hanne Osterby"),
    ("Quill", "Abel Quill Jr."),
    ("von der Aue", "Ilse von der Aue"),
    ("founder and ferry owner Hanne Osterby", "Hanne Osterby"),
    ("former Harbour Secretary Wyn Harde", "Wyn Harde"),
    ("Secretary of State Wyn Harde", "Wyn Harde"),
    ("tram driver Wyn Harde", "Wyn Harde"),
    ("Vellmouth's Ida Mossop", "Ida Mossop"),
    ("Ida Mossop, 80", "Ida Mossop"),
    ("downtown Oxmere", "Oxmere"),
    ("flax", "Flax seeds"),
    ("F&Ls", "F&L’s"),
    ("Ida Mossop, the head of the board", "Ida Mossop"),
    ("Wyn Harde", "Former Vellmouth Rep. Wyn Harde"),
    ("King Osbert", "King Osbert III"),
    ("Osbert", "King Osbert"),
    ("Liz Quill", "Elizabeth Quill"),
    ("Elizabeth Quill", "Liz Quill"),
    # places
    ("Salem, Oregon", "Salem"),
    ("in Austin, Texas", "Austin"),
    ("Austin, TX", "Austin"),
    ("Salem", "Salem, Oregon"),
    ("the city of Austin", "Austin"),
    ("Tarn", "Lake Tarn"),
    ("Osk", "Hurricane Osk"),
    ("Hurricane Osk", "Osk"),
    # kinds before and after
    ("the Ferrymen government", "Ferrymen"),
    ("the Ferrymen", "Ferrymen government"),
    ("Tidewire Inc.", "Tidewire"),
    ("the film “The Long Tide”", "The Long Tide"),
    ("Vellmouth Airlines", "Vellmouth"),
    ("QTV vaccine", "QTV"),
    ("the kelp and dulse sector", "Kelp and dulse"),
    ("Vellmouth Cinemas", "Vellmouth"),
    ("Tidewire cars", "Tidewire"),
    # brackets
    ("Skim", "Skim (formerly Tidewire)"),
    ("Tidewire", "Skim (formerly Tidewire)"),
    ("the Vellmouth Harbour Board (VHB)", "Vellmouth Harbour Board"),
    # heads
    ("solid fuel stoves", "Fuel stoves"),
    ("fuel stoves in new buildings", "Fuel stoves"),
    ("unruly walrus", "Walruses"),
    ("Brazil in South America", "Brazil"),
    ("60% of adults", "60%"),
    ("half of the town", "50%"),
    # numbers
    ("15 rounds of voting", "15"),
    ("six-month pause", "Six months"),
    ("41 people were rescued", "41"),
    ("$35 monthly", "$35"),
    ("£4", "£4 per person"),
    # pairs
    ("the Tarn Tour and bank-funded Osk Golf", "Osk Golf and the Tarn Tour"),
    ("Oxmere and Vellmouth", "Vellmouth and Oxmere"),
    ("the Oxmere Cake", "Oxmere Cakes"),
    # dates
    ("4 May", "May"),
    ("4 May 2031", "May 2031"),
    ("in May 2031", "2031"),
    ("Sunday 4 May", "Sunday"),
    ("2031", "2030s"),
    ("4 May 2031", "the 2030s"),
    # one disease
    ("Covid", "Covid-19"),
    ("coronavirus tests", "Covid-19 tests"),
]

# Companies' suffixes and titles count for nothing anywhere.
ALWAYS = [("Tidewire Inc.", "Tidewire"), ("Hanne Osterby", "Mayor Hanne Osterby")]

WRONG = [
    # nations
    ("Chinese", "Hong Kong"),
    ("English", "United Kingdom"),
    ("South Korean", "North Korea"),
    ("Nigerian", "Niger"),
    ("American Airlines", "United States"),
    # persons
    ("Hanne", "Hanne Osterby"),
    ("Abel Quill", "Dorothea Quill"),
    ("Ann Quill", "Elizabeth Quill"),
    ("Liz Quill", "Elizabeth Osterby"),
    ("III", "King Osbert III"),
    ("Hanne Osterby and Quill", "Hanne Osterby"),
    ("Abel Quill and Mayor Hanne Osterby", "Hanne Osterby"),
    ("the arrest of Mayor Hanne Osterby", "Hanne Osterby"),
    ("after Mayor Hanne Osterby", "before Hanne Osterby"),
    ("Long Tide", "“The Very Long Tide”"),
    # places
    ("Texas", "Austin, Texas"),
    ("Oregon", "Salem, Oregon"),
    ("Virginia", "West Virginia"),
    ("Korea", "South Korea"),
    ("York", "New York"),
    ("Norway", "Bank of Norway"),
    ("France, Italy", "France"),
    ("France, Ireland and Italy", "France"),
    ("Vatican City, Italy", "Italy"),
    ("Kansas", "Kansas City"),
    ("Vellmouth", "Vellmouth Pellow"),
    ("Vellmouth Pellow", "Vellmouth"),
    ("Vellmouth\nOxmere\nPellow", "Pellow"),
    ("Vellmouth and Pellow", "Oxmere and Vellmouth"),
    # kinds, heads
    ("Ohio State", "Ohio"),
    ("VBC Tide", "Tide"),
    ("Game of Ferries", "“Tide Game”"),
    ("bird flu", "Flu"),
    ("vice president", "President"),
    ("former president", "President"),
    ("not fuel stoves", "Fuel stoves"),
    ("cars and fuel stoves", "Fuel stoves"),
    ("labels on fuel stoves", "Fuel stoves"),
    ("buying fuel stoves", "Fuel stoves"),
    ("fuel stoves", "Solid fuel stoves"),
    ("fuel", "Fuel stoves"),
    ("fuel stove ban", "Fuel stoves"),
    # numbers
    ("more than 40", "40"),
    ("more than 40 people", "40"),
    ("40", "more than 40"),
    ("nearly 41 people were rescued", "41"),
    ("12 states plus Oxmere", "12"),
    ("1 in 34", "1"),
    ("one in every four", "1"),
    ("one of the men", "1"),
    ("3 out of 4", "3"),
    ("10 to 15", "10"),
    ("5 percentage points", "5"),
    ("41 injured people here", "41 dead"),
    ("$5", "£5"),
    ("$35 monthly", "$35 a year"),
    ("35 monthly visits", "$35"),
    ("before May", "May"),
    ("May 2031", "May 2030"),
    ("May", "4 May"),
    ("2031", "4 May 2031"),
    ("2030s", "2031"),
    ("2041", "2030s"),
    ("4 May 2031", "2030"),
    ("Sunday 4 May", "Monday"),
    ("5 May", "4 May"),
]


@pytest.mark.parametrize(("said", "accepted"), RIGHT)
def test_parts_and_additions_are_right_where_a_set_gives_one_wording_only(said, accepted):
    assert is_right(said, [accepted], lenient=True)


@pytest.mark.parametrize(("said", "accepted"), [pair for pair in RIGHT if pair not in ALWAYS])
def test_parts_and_additions_are_wrong_where_a_set_lists_all_wordings(said, accepted):
    assert not is_right(said, [accepted])


@pytest.mark.parametrize(("said", "accepted"), WRONG)
def test_other_things_stay_wrong(said, accepted):
    assert not is_right(said, [accepted], lenient=True)


@pytest.mark.parametrize(
    ("text", "country", "nation"),
    [
        ("Chile", "CL", "CL"),
        ("Chileans", None, "CL"),
        ("Congo", None, None),
        ("Scottish people", None, "scotland"),
        ("Britain's", "GB", "GB"),
        ("Kosovo", "XK", "XK"),
        ("Kosovan troops", None, "XK"),
        ("Vellmouth", None, None),
        ("", None, None),
    ],
)
def test_countries_and_nations(text, country, nation):
    assert (country_of(text), nation_of(text)) == (country, nation)


NAMES = st.lists(st.from_regex(r"[A-Z][a-z]{3,8}tann", fullmatch=True), min_size=2, max_size=2, unique=True)


@given(NAMES, NAMES)
def test_a_surname_is_right_for_the_full_name_and_a_first_name_is_not(name, other):
    first, last = name
    assert is_right(last, [f"{first} {last}"], lenient=True)
    assert not is_right(first, [f"{first} {last}"], lenient=True)
    assert is_right(f"{other[0]} {last}", [f"{first} {last}"], lenient=True) == (other[0] == first)


@given(st.integers(2, 10**6), st.sampled_from(["more than", "nearly", "over", "at least", "fewer than", "up to"]))
def test_a_bound_is_not_its_number(number, bound):
    assert not is_right(f"{bound} {number} ferries", [str(number)], lenient=True)
    assert is_right(f"{number} ferries were lost", [str(number)], lenient=True)
