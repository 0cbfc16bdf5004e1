"""What terminal and chat say in words."""

from dataclasses import replace

import pytest

from pullquote.ui.wording import around_span, byline, likelihood, milliseconds, publisher, searched, share, web_link

import ui_fakes as fakes


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "almost certain"),
        (0.95, "almost certain"),
        (0.949, "very likely"),
        (0.80, "very likely"),
        (0.79, "likely"),
        (0.55, "likely"),
        (0.54, "about as likely as not"),
        (0.45, "about as likely as not"),
        (0.44, "unlikely"),
        (0.20, "unlikely"),
        (0.19, "very unlikely"),
        (0.05, "very unlikely"),
        (0.04, "almost certainly not"),
        (0.0, "almost certainly not"),
    ],
)
def test_likelihood_has_words(confidence, words):
    candidate = replace(fakes.answered().answers[0], confidence=confidence, calibrated=True)
    assert likelihood(candidate) == words
    assert likelihood(replace(candidate, calibrated=False)) == "likelihood not measured"


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.0, "1%"), (0.004, "1%"), (0.456, "46%"), (0.996, "99%"), (1.0, "99%")]
)
def test_no_probability_is_certain(probability, shown):
    assert share(probability) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.4, "0 ms"), (640.2, "640 ms"), (999.4, "999 ms"), (1440.0, "1.4 s")])
def test_times_are_rounded(value, shown):
    assert milliseconds(value) == shown


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://a.example/x?y=1#:~:text=z", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("JaVaScRiPt://a.example/%0aalert(1)", False),
        ("data:text/html,<script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//a.example/x", False),
        ("/relative", False),
        ("https://", False),
        ("https://[bad", False),
        ("https://a.example/\x00", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_links(link, kept):
    assert web_link(link) == (link if kept else None)


def test_span_is_cut_out_of_its_sentence():
    citation = fakes.answered().answers[0].citations[0]
    assert around_span(citation) == ("", "Dr Hanne Osterby", fakes.SENTENCE[16:])
    beyond = replace(citation, start=0, end=5)
    assert around_span(beyond) == (fakes.SENTENCE, "", "")
    over_the_end = replace(citation, end=citation.sentence_start + 1000)
    assert around_span(over_the_end) == ("", fakes.SENTENCE, "")


@pytest.mark.parametrize(
    ("authors", "expected"),
    [((), ""), (("A",), "By A"), (("A", "B"), "By A and B"), (("A", "B", "C"), "By A, B and C")],
)
def test_byline(authors, expected):
    assert byline(authors) == expected


@pytest.mark.parametrize(
    ("outlet", "url", "expected"),
    [
        ("Harbour Echo", "https://echo.example/1", "Harbour Echo"),
        (None, "https://www.echo.example/1", "echo.example"),
        (" ", "https://user:word@echo.example:8080/", "echo.example"),
        (None, "javascript:alert(1)", ""),
        (None, None, ""),
    ],
)
def test_a_publisher_without_a_name_is_known_by_its_site(outlet, url, expected):
    assert publisher(outlet, url) == expected


def test_what_was_left_out_of_an_answer_is_said():
    answer = fakes.answered()
    assert "altered" not in answer.to_json()["searched"]
    less = replace(answer, searched=replace(answer.searched, altered=("a7",)))
    assert less.to_json()["searched"]["altered"] == ["a7"]
    assert searched(less) == (
        "Searched 2 articles. 1 article left out, which was altered after being stored; run: pullquote check --repair"
    )
