"""What a question asks for, and which spans are of that kind."""

import pytest

from pullquote.index.search.kinds import AskedKind, asks_whether, kind_of, suits


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who chairs the port of Varn?", AskedKind.PERSON),
        ("Which senior councillor voted against it?", AskedKind.PERSON),
        ("How many people were moved out?", AskedKind.NUMBER),
        ("How long did the power cut last?", AskedKind.NUMBER),
        ("The board met on Monday. How much did it ask for?", AskedKind.AMOUNT),
        ("What price was agreed?", AskedKind.AMOUNT),
        ("What percentage of voters stayed at home?", AskedKind.SHARE),
        ("When did the barrier open?", AskedKind.TIME),
        ("In which year was it built?", AskedKind.TIME),
        ("Since when has it been shut?", AskedKind.TIME),
        ("Which song did the band play when the lights went out?", AskedKind.THING),
        ("Where was the ferry built?", AskedKind.PLACE),
        ("Which coastal town was cut off?", AskedKind.PLACE),
        ("Why was the vote put off?", AskedKind.MANNER),
        ("What did the storm destroy?", AskedKind.THING),
        ("salary of the port director", AskedKind.THING),
    ],
)
def test_kind_of(question, kind):
    assert kind_of(question) is kind


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (AskedKind.PERSON, ["Mara Lind", "Åsa Vig"], ["the council", "41"]),
        (AskedKind.PLACE, ["Varn", "the Isle of Tarn"], ["a town", "in 2031"]),
        (AskedKind.NUMBER, ["forty-one", "41 people", "a dozen"], ["several", "Mara Lind"]),
        (AskedKind.AMOUNT, ["£3.2m", "5%", "a fifth", "two billion crowns"], ["a lot"]),
        (AskedKind.SHARE, ["5 per cent", "12%", "a third"], ["12"]),
        (
            AskedKind.TIME,
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
    assert suits(AskedKind.THING, "41") is suits(AskedKind.MANNER, "by boat") is None


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
