"""Who says a sentence: names beside verbs of saying, pronouns, quotations that run on."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.answers import Answer, Hit, Quotation, Searched
from pullquote.articles import Article, Passage
from pullquote.index.passages.sentences import sentence_ranges
from pullquote.qa.quoting.speakers import asked_speaker, speaker_of, with_speakers
from pullquote.qa.ranking.evidence import cite
from pullquote.qa.ranking.found import Asked
from pullquote.qa.reading.reader import Reading, ScoredSpan


def speaker(text, sentence=None):
    start = text.index(sentence) if sentence else 0
    found = speaker_of(text, start, start + len(sentence or text))
    return text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("“The light was out,” said Mara Lind.", "Mara Lind"),
        ('"The light was out," Mara Lind said.', "Mara Lind"),
        ("''The light was out,'' said Mara Lind, who chairs the port.", "Mara Lind"),
        ("“It will not reopen,” said the port's director, Jon Vig, on Monday.", "Jon Vig"),
        ("“It will not reopen,” said councillor Jon Vig.", "Jon Vig"),
        ("Mr Vig said that the bridge would reopen.", "Mr Vig"),
        ("Mr Vig, 41, of Skelling, also told the council that it would reopen.", "Mr Vig"),
        ("The mayor, Dorrit Hale, said that dues would be waived.", "Dorrit Hale"),
        ("The bridge will reopen in June, according to Jon Vig.", "Jon Vig"),
        ("A spokesman for Islander Ferries said the boat was full.", "A spokesman for Islander Ferries"),
        ("But Vig, who built it, insisted: “It is safe.”", "Vig"),
        ("On Tuesday Mara Lind said that it was safe.", "Mara Lind"),
        ("Mara Lind on Tuesday called it “a door that does not shut”.", "Mara Lind"),
        ("Vig: “We are late.”", "Vig"),
    ],
)
def test_a_name_beside_a_verb_of_saying(sentence, name):
    assert speaker(sentence) == name


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry sank off Skelling.",
        "The police said that nobody was hurt.",
        "The mayor of Skelling said that nobody was hurt.",  # she isn't called Skelling
        "“Mara Lind said so,” said the skipper.",  # her name is quoted
        "The paper says that Jon Vig denied it.",  # the paper does
        "Mara Lind's remarks were printed on Monday.",
        "Mara Lind was told that the bridge was shut.",
        "He said that it was shut.",
        "It was “a door that does not shut”.",
        "",
        f"{' '.join(['Vig'] * 30)} said that it was shut.",  # no name is that long
        f"It was shut, according to {' '.join(['Vig'] * 30)}.",
    ],
)
def test_nobody_is_named(sentence):
    assert speaker(sentence) is None


def test_a_pronoun_stands_for_whom_the_sentence_before_names():
    text = "Mara Lind chairs the port authority.\n\n“We were late,” she said."
    assert speaker(text, "“We were late,” she said.") == "Mara Lind"
    text = "“It is safe,” said Jon Vig. He added that it was new."
    assert speaker(text, "He added that it was new.") == "Jon Vig"
    # Somebody who does nothing at the start of it is nobody's pronoun.
    text = "The light was out when Mara Lind arrived. She said that it was dark."
    assert speaker(text, "She said that it was dark.") is None
    text = "Mr Vig runs the ferries. “We were late,” she said."
    assert speaker(text, "“We were late,” she said.") is None


def test_a_quotation_that_goes_on_has_the_speaker_beside_it():
    text = "“I put it in a drawer,” said Mara Lind. “I have not locked the drawer.”"
    assert speaker(text, "“I have not locked the drawer.”") == "Mara Lind"
    text = "“We were late. We are sorry for it,” said Mara Lind."
    assert speaker(text, "“We were late.") == "Mara Lind"
    text = "“I put it in a drawer,” said Mara Lind. The drawer is locked."
    assert speaker(text, "The drawer is locked.") is None


@given(st.text(alphabet="Mara Lind said “”\"'’.,\n(),:heTo", max_size=120))
def test_a_speaker_is_a_place_of_the_text(text):
    for start, end in sentence_ranges(text):
        found = speaker_of(text, start, end)
        assert found is None or (0 <= found[0] < found[1] <= len(text) and text[slice(*found)].strip())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What did Mara Lind say about the light?", {"mara", "lind"}),
        ("what has the mayor vig said on fares", {"vig"}),
        ("What does Mr Vig think of it?", {"vig"}),
        ("What is the toll, according to Mara Lind?", {"mara", "lind"}),
        ("Any comment by Mara Lind on the toll?", {"mara", "lind"}),
        ("What did she say?", set()),
        ("What is the toll?", set()),
    ],
)
def test_whose_words_are_asked_for(question, words):
    assert asked_speaker(question) == words


def test_the_words_of_whom_is_asked_for_come_first():
    text = "“A bulb is cheap,” said Jon Vig.\n\n“The light was out,” said Mara Lind.\n\nThe light is a lamp."
    article = Article(text=text, id="a", title="Light", published=dt.date(2031, 5, 4))
    hit = Hit(Passage("a", 0, len(text), text), article, 0.5)

    def quoted(words, sure):
        start = text.index(words)
        citation = cite(hit, ScoredSpan(start, start + len(words), 1.0))
        end = citation.sentence_start + len(citation.sentence)
        return Quotation(citation.sentence, citation.sentence_start, end, sure, citation)

    quotations = (quoted("bulb", 0.6), quoted("lamp", 0.5), quoted("light was out", 0.4))
    question = "What did Mara Lind say about the light?"
    answer = Answer(question, None, True, 0.0, (), Searched(1, 1), {}, quotations=quotations, speaks=True)
    asked = Asked(question, [hit], [Reading((), 0.0)])
    named = with_speakers(answer, asked)
    assert [one.speaker for one in named.quotations] == ["Mara Lind", "Jon Vig", None]
    assert [one.citation.speaker for one in named.quotations] == ["Mara Lind", "Jon Vig", None]
    rows = named.to_json()["quotations"]
    assert [row.get("speaker") for row in rows] == ["Mara Lind", "Jon Vig", None]
    assert ["speaker" in row["citation"] for row in rows] == [True, True, False]
    other = with_speakers(answer, replace(asked, question="Who spoke about the light?"))
    assert [one.speaker for one in other.quotations] == ["Jon Vig", None, "Mara Lind"]
    # What is hardly an answer stays behind, whoever says it.
    unlikely = replace(answer, quotations=(*quotations[:2], quoted("light was out", 0.1)))
    assert with_speakers(unlikely, asked).quotations[0].speaker == "Jon Vig"
