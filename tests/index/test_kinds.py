"""What a question asks for, and which spans are of that kind."""

import pytest

from pullquote.index.kinds import Kind, asks_whether, kind_of, suits


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who chairs the port of Varn?", Kind.PERSON),
        ("Which senior councillor voted against it?", Kind.PERSON),
        ("How many people were moved out?", Kind.NUMBER),
        ("How long did the power cut last?", Kind.NUMBER),
        ("The board met on Monday. How much did it ask for?", Kind.AMOUNT),
        ("What price was agreed?", Kind.AMOUNT),
        ("What percentage of voters stayed at home?", Kind.SHARE),
        ("When did the barrier open?", Kind.TIME),
        ("In which year was it built?", Kind.TIME),
        ("Since when has it been shut?", Kind.TIME),
        ("Which song did the band play when the lights went out?", Kind.THING),
        ("Where was the ferry built?", Kind.PLACE),
        ("Which coastal town was cut off?", Kind.PLACE),
        ("Why was the vote put off?", Kind.MANNER),
        ("What did the storm destroy?", Kind.THING),
        ("salary of the port director", Kind.THING),
    ],
)
def test_kind_of(question, kind):
    assert kind_of(question) is kind


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.PERSON, ["Mara Lind", "Åsa Vig"], ["the council", "41"]),
        (Kind.PLACE, ["Varn", "the Isle of Tarn"], ["a town", "in 2031"]),
        (Kind.NUMBER, ["forty-one", "41 people", "a dozen"], ["several", "Mara Lind"]),
        (Kind.AMOUNT, ["£3.2m", "5%", "a fifth", "two billion crowns"], ["a lot"]),
        (Kind.SHARE, ["5 per cent", "12%", "a third"], ["12"]),
        (
            Kind.TIME,
            ["4 May", "May", "2031", "the 1930s", "5am", "last week", "17:30"],
            ["41", "the mayor", "Marchmont"],
        ),
    ],
)
def test_suits(kind, good, bad):
    assert all(suits(kind, span) for span in good)
    assert not any(suits(kind, span) for span in bad)
    assert suits(kind, bad[0]) is False


def test_a_thing_may_look_like_anything():
    assert suits(Kind.THING, "41") is suits(Kind.MANNER, "by boat") is None


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("Did the mayor resign?", True),
        ("is the toll going to double", True),
        ("And hasn't the mine closed yet?", True),
        ("“Will workers keep their jobs?”", True),
        ("Was it Verrall or Verrill who asked for it?", False),  # one of two is asked for
        ("Who did it?", False),
        ("Isolde Marr is the chair of what?", False),
        ("Willem Tarn, when did he die?", False),
        ("May Quill was born when?", True),  # a name that is a verb, too: the sentence is shown, no value given
    ],
)
def test_yes_or_no(question, whether):
    assert asks_whether(question) is whether
