"""Conversations of invented people and places: what each question is understood as."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.answers import Answer, Candidate, Citation, Searched, Turn
from pullquote.qa.followups import Understood, understand

MAYOR = ("Who was elected mayor of Tarn?", "Odile Brandt")
BOARD = ("Who chairs the Brask Harbour Board?", "Piers Lund")
BRIDGE = ("How much did the new bridge at Ostrel cost?", "£14 million")
FERRY = ("When did the ferry Alma Rose sink?", "12 March 2030")
TAX = ("What did the mayor of Tarn call the herring tax?", "“a fee for breathing”")
GOALS = ("How many goals did Brask United score in 2030?", "61")
GALLERY = ("Who resigned as director of the Ostrel Gallery?", "Maren Holt")
NOVEL = ("Who wrote The Glass Orchard?", "Ilse Marrow")
HOSPITAL = ("Which hospital in Tarn is to close?", "St Olave's")
CHALICE = ("Where did the police find the stolen chalice?", "in a barn near Ostrel")
TRIAL = ("Why was the trial of Gustav Renn postponed?", "the judge was ill")
CUP = ("Who are the finalists of the Brask Cup?", "Tarn Rovers and Brask United")
TRAM = ("Did the council of Tarn approve the tram line?", "yes")
MARATHON = ("Who won the Ostrel marathon?", "Jonas Fell")
WIND = ("Which firm is building the wind farm off Brask?", "Nordlys Energy")
BLACKOUT = ("What caused the blackout in Tarn?", "a squirrel")
OPERA = ("When was the Tarn opera house built?", "1904")
BANK = ("Which bank did the state of Orlund rescue?", "Halden Trust Bank")
TREATY = ("Where was the peace treaty between Orlund and Veria signed?", "Castle Brenn")
YARD = ("How many people work at the Sundby shipyard?", "1,400")
COACH = ("Who is the coach of Sundby FC?", "Lars Dahl")
KEEL = ("Who called the budget “a ship without a keel”?", "Minister Aalto")
PAINTING = ("Who stole the painting from the Sundby museum?", "Erik Moen")
COALITION = ("Which parties form the coalition in Orlund?", "the Greens, the Centre Party and the Liberals")
COMET = ("Who discovered the comet?", "Anja Sund and Per Lie")
HEIRS = ("Who is suing the city of Halden?", "the heirs of Greta Foss")
MERGER = ("What percentage of voters backed the merger of Sundby and Halden?", "53 percent")
ADMIRAL = ("Who was the first woman to lead the Orlund navy?", "Admiral Sigrid Holm")
SKIPPER = ("Which skipper lost his boat, the Petrel, in the January storm?", "Jem Ostby")
MILL = ("How did the fire at the Sundby mill start?", "a spark from a grinder")
VOTE = ("How many dockers voted for the deal with the port of Brask?", "912")
SHIP = ("Which ship rescued the crew of the Alma Rose?", "the Lady Vane")
ARRESTS = ("How many people were arrested over the riot in Halden?", "nine")


def turns(*told: tuple[str, str | None]) -> list[Turn]:
    return [Turn(question, answer) for question, answer in told]


@pytest.mark.parametrize(
    ("told", "question", "understood"),
    [
        # the last question asked otherwise
        ([MAYOR], "When was that?", "When was Odile Brandt elected mayor of Tarn?"),
        ([MAYOR], "And when was that?", "When was Odile Brandt elected mayor of Tarn?"),
        ([MAYOR], "When?", "When was Odile Brandt elected mayor of Tarn?"),
        ([MAYOR], "By how many votes?", "By how many votes was Odile Brandt elected mayor of Tarn?"),
        ([BOARD], "Since when?", "Since when does Piers Lund chair the Brask Harbour Board?"),
        ([BRIDGE], "Why?", "Why did the new bridge at Ostrel cost £14 million?"),
        ([FERRY], "Where?", "Where did the ferry Alma Rose sink?"),
        ([FERRY], "Where did that happen?", "Where did the ferry Alma Rose sink?"),
        ([GALLERY], "Why?", "Why did Maren Holt resign as director of the Ostrel Gallery?"),
        ([HOSPITAL], "When will that happen?", "When is St Olave's, the hospital in Tarn, to close?"),
        ([TRAM], "When?", "When did the council of Tarn approve the tram line?"),
        ([TRAM], "By what majority?", "By what majority did the council of Tarn approve the tram line?"),
        ([TRIAL], "Until when?", "Until when was the trial of Gustav Renn postponed?"),
        ([MARATHON], "In what time?", "In what time did Jonas Fell win the Ostrel marathon?"),
        ([TREATY], "In what year was that?", "In what year was the peace treaty between Orlund and Veria signed?"),
        ([HEIRS], "For how much?", "For how much are the heirs of Greta Foss suing the city of Halden?"),
        ([VOTE], "And how many against?", "How many dockers voted against the deal with the port of Brask?"),
        # somebody
        ([MAYOR], "How old is she?", "How old is Odile Brandt?"),
        ([MAYOR, ("When was that?", "2 May 2031")], "Who replaced her?", "Who replaced Odile Brandt?"),
        ([BOARD], "how old is he", "How old is Piers Lund?"),
        ([TRIAL], "Who is his lawyer?", "Who is Gustav Renn's lawyer?"),
        ([ADMIRAL], "What was her first command?", "What was Admiral Sigrid Holm's first command?"),
        ([ADMIRAL], "Who succeeded her in 2027?", "Who succeeded Admiral Sigrid Holm in 2027?"),
        ([TAX], "When did he say that?", 'When did the mayor of Tarn say "a fee for breathing"?'),
        ([COMET], "When did they discover it?", "When did Anja Sund and Per Lie discover the comet?"),
        ([SKIPPER], "When had he bought her?", "When had Jem Ostby bought the Petrel?"),
        ([SHIP], "Who is her captain?", "Who is the ship Lady Vane's captain?"),
        ([ARRESTS], "Who is their lawyer?", "Who is the lawyer of the nine people arrested over the riot in Halden?"),
        (
            [YARD],
            "How many of them are women?",
            "How many of the 1,400 people who work at the Sundby shipyard are women?",
        ),
        # something
        ([BOARD], "How many members does it have?", "How many members does the Brask Harbour Board have?"),
        ([BRIDGE], "Who paid for it?", "Who paid for the new bridge at Ostrel?"),
        ([BRIDGE], "And when did it open?", "When did the new bridge at Ostrel open?"),
        ([NOVEL], "When was it published?", "When was The Glass Orchard published?"),
        ([WIND], "Where is it based?", "Where is the firm Nordlys Energy based?"),
        ([BLACKOUT], "How long did it last?", "How long did the blackout in Tarn last?"),
        ([OPERA], "Who designed it?", "Who designed the Tarn opera house?"),
        ([PAINTING], "Was it ever found?", "Was the painting from the Sundby museum ever found?"),
        ([MERGER], "When will it take effect?", "When will the merger of Sundby and Halden take effect?"),
        ([MILL], "What damage did it do?", "What damage did the fire at the Sundby mill do?"),
        ([BANK], "How much did that cost?", "How much did the state of Orlund rescuing Halden Trust Bank cost?"),
        ([HOSPITAL], "How many people work there?", "How many people work in St Olave's, the hospital in Tarn?"),
        # what was said
        ([BRIDGE], "Who said that?", "Who said that the new bridge at Ostrel cost £14 million?"),
        ([TAX], "Who said that?", 'As for the mayor of Tarn, who said "a fee for breathing"?'),
        ([KEEL], "What did she mean by that?", "What did Minister Aalto mean by “a ship without a keel”?"),
        # before, after, then
        (
            [GALLERY],
            "What did she do after that?",
            "What did Maren Holt do after resigning as director of the Ostrel Gallery?",
        ),
        (
            [COACH, ("When did he start?", "in July 2029")],
            "What had he done before that?",
            "What had Lars Dahl done before he started?",
        ),
        (
            [PAINTING],
            "How old was he then?",
            "How old was Erik Moen when he stole the painting from the Sundby museum?",
        ),
        ([COACH], "Who was it before?", "Who was the coach of Sundby FC before Lars Dahl?"),
        ([OPERA], "Who was mayor then?", "As for the Tarn opera house, who was mayor in 1904?"),
        # another in its place
        ([BRIDGE], "What about the tunnel?", "How much did the tunnel at Ostrel cost?"),
        ([GOALS], "And the year before?", "How many goals did Brask United score in 2029?"),
        ([GOALS], "And in 2028?", "How many goals did Brask United score in 2028?"),
        ([GOALS], "How about Tarn Rovers?", "How many goals did Tarn Rovers score in 2030?"),
        ([GOALS], "And how many did they concede?", "How many goals did Brask United concede?"),
        ([BOARD], "What about the deputy?", "Who is the deputy of the Brask Harbour Board?"),
        ([COACH], "And his assistant?", "Who is Lars Dahl's assistant?"),
        ([("What is Maren Holt's salary?", None)], "And Ilse Marrow's?", "What is Ilse Marrow's salary?"),
        ([("How old is Maren Holt?", "54")], "And her husband?", "How old is Maren Holt's husband?"),
        ([MARATHON], "And among the women?", "Who won the Ostrel marathon among the women?"),
        ([ADMIRAL], "And the second?", "Who was the second woman to lead the Orlund navy?"),
        ([COALITION], "Who leads the second?", "Who leads the Centre Party?"),
        ([CUP], "Who trains the former?", "Who trains Tarn Rovers?"),
        # too few words
        ([FERRY], "How many people died?", "As for the ferry Alma Rose, how many people died?"),
        ([FERRY], "Was anyone arrested?", "As for the ferry Alma Rose, was anyone arrested?"),
        (
            [FERRY, ("Was anyone arrested?", "two officers")],
            "Who?",
            "As for the ferry Alma Rose, who was arrested?",
        ),
        ([NOVEL], "How many copies were sold?", "As for Ilse Marrow and The Glass Orchard, how many copies were sold?"),
        ([CHALICE], "Who owns the barn?", "Who owns the barn near Ostrel?"),
        ([MERGER], "What was the turnout?", "As for the merger of Sundby and Halden, what was the turnout?"),
    ],
)
def test_a_follow_up_stands_on_its_own(told: list[tuple[str, str | None]], question: str, understood: str):
    found = understand(question, turns(*told))
    assert (found.question, found.changed) == (understood, True)
    assert all(phrase in understood for phrase in found.carried)


@pytest.mark.parametrize(
    "question",
    [
        "When did the ferry Alma Rose sink?",
        "And who won the Ostrel marathon?",
        "Who said that the bridge at Ostrel was a mistake?",
        "Who told Radio Tarn that he had slept through the storm?",
        "Which minister lost his seat in the election of 2030?",
        "Which country saw its prime minister resign this week?",
        "How old was Maren Holt when she left the Ostrel Gallery?",
        "By his own account, what did Gustav Renn earn?",
        "How did Lars Dahl excuse his team's defeat by Halden?",
        "What did Judge Vos tell Gustav Renn when she sentenced him?",
        "How long did the strike at Brask last before it was called off?",
        "Is it true that the Tarn opera house is haunted?",
        "How long does it take to get from Tarn to Brask?",
        "How hot did it get in Tarn on 17 July?",
        "Who was it that warned the crew of the Alma Rose?",
        "Whose idea was it to paint the lighthouse at Ostrel pink?",
        "How many fishermen lost their boats in the January storm?",
        "Who remarked that there were enough ducks in Tarn?",
        "What was the first ship to use the Brask canal?",
        "Which two clubs met in the Brask Cup, and which beat the other?",
        "How many goals has Brask United scored this season?",
        "Who said “I will not do that again” at the Ostrel trial?",
        "Which holiday was celebrated this week?",
        "The Tarn ferry sank on Sunday. How many people were on it?",
        "What happened in Tarn on 4 May 2031?",
        "Where in Orlund is it illegal to fish?",
        "tarn opera house budget",
        "Maren Holt resignation",
        "thanks",
        "Are you sure?",
        "?",
        "",
        "  Who chairs   the port of Tarn ?? ",
    ],
)
@pytest.mark.parametrize("told", [[BOARD], [MAYOR, BRIDGE], [HEIRS], [COALITION]])
def test_a_standalone_question_comes_back_byte_for_byte(told: list[tuple[str, str]], question: str):
    assert understand(question, turns(*told)) == Understood(question, changed=False, carried=())


def test_without_history_nothing_is_understood_otherwise():
    assert understand("And when was that?", ()) == Understood("And when was that?")


def test_what_was_carried_over():
    assert understand("When was that?", turns(MAYOR)).carried == ("Odile Brandt", "mayor of Tarn")
    assert understand("Who paid for it?", turns(BRIDGE)).carried == ("the new bridge at Ostrel",)
    assert understand("Who leads the second?", turns(COALITION)).carried == ("the Centre Party",)


def test_each_turn_is_understood_after_those_before_it():
    told = [BANK, ("Who is its chief executive?", "Tove Rask"), ("How old is she?", "51"), ("And her deputy?", None)]
    assert understand("Who chairs it?", turns(*told[:2])).question == "Who chairs Halden Trust Bank?"
    assert understand("Where was she born?", turns(*told[:3])).question == "Where was Tove Rask born?"
    assert understand("Where was she born?", turns(*told[:1])).question == (
        "As for Halden Trust Bank and the state of Orlund, where was she born?"
    )


def test_a_turn_that_says_what_it_was_understood_as_is_taken_at_its_word():
    turn = Turn("And there?", "Ole Strand", understood="Who is the harbour master of Brask?")
    assert understand("Since when?", [turn]).question == "Since when is Ole Strand the harbour master of Brask?"


def test_whoever_she_was_stays_she():
    told = [
        ("Who did Robin Vane replace as head of the Tarn library?", "Kim Ostrow"),
        ("Why did she leave?", "illness"),
    ]
    assert understand("How old is he?", turns(*told)).question == "How old is Robin Vane?"
    assert understand("How old is she?", turns(*told)).question == "How old is Kim Ostrow?"


def citation(sentence: str) -> Citation:
    return Citation(
        article_id="a", title="", outlet=None, url=None, published=dt.date(2031, 5, 4), authors=(), start=0, end=1,
        text="", sentence=sentence, sentence_start=0, passage_start=0, passage_end=1, link=None, sha256="",
        reader_score=0.0, retrieval_score=0.0,
    )  # fmt: skip


def test_the_printed_sentence_names_whom_question_and_answer_do_not():
    turn = Turn(
        "What was stolen from the vault?", "the ledger", citation("The ledger went, the banker Ida Krogh said.")
    )
    assert understand("What else did she say?", [turn]).question == "What else did Ida Krogh say?"


def test_a_turn_of_an_answer():
    cited = citation("Lind chairs it.")
    candidate = Candidate("Lind", 0.8, 1, (cited,))
    given_one = Answer("Who?", "Lind", False, 0.8, (candidate,), Searched(1, 1), {}, understood="Who chairs Tarn?")
    assert Turn.of(given_one) == Turn("Who?", "Lind", cited, "Who chairs Tarn?")
    withheld = Answer("Who?", None, True, 0.2, (candidate,), Searched(1, 1), {})
    assert Turn.of(withheld) == Turn("Who?", None, None, None)


def test_an_endless_answer_is_not_carried():
    told = [("What did the mayor of Tarn say?", "herring " * 1000)]
    assert understand("Who said that?", turns(*told)) == Understood("Who said that?")


# One word of each kind that the rules know.
_WORDS = """Who What When Why How and did was is that it she their the first of in Tarn Odile Brandt's many ? , . before
what about As for 2030 £5 & there hers themselves other 'tis ’ — 🚢 שלום a found May mayor one year which said to"""
_PIECES = st.sampled_from(sorted(set(_WORDS.split()) | {"“so said”", "what about"}))
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map(" ".join))


@given(_TEXTS, st.lists(st.tuples(_TEXTS, st.one_of(st.none(), _TEXTS)), max_size=3))
def test_any_text_is_understood_as_some_text(question: str, told: list[tuple[str, str | None]]):
    understood = understand(question, turns(*told))
    assert understood.changed == (understood.question != question)
    assert understood.changed or understood.carried == ()
    assert understand(question, turns(*told)) == understood
