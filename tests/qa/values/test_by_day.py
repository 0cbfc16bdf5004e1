"""Values by day: what each article says, how that relates, and which value a question about now gets."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.answers import Answer, Course, Hit, Searched
from pullquote.articles import Article, Passage
from pullquote.qa.quoting.quotations import quotations
from pullquote.qa.ranking.evidence import candidates
from pullquote.qa.ranking.found import Asked, collect
from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.values.by_day import latest_first, with_days

NOW = "What is the toll on Skelling bridge?"
THEN = "What was the toll on Skelling bridge?"


def hit(name, text, day=None, *, outlet="", title="", reprints=()):
    published = dt.date(2031, 5, day) if day else None
    article = Article(text=text, id=name, title=title, outlet=outlet or name.title(), published=published)
    return Hit(Passage(name, 0, len(text), text), article, 0.5, near_duplicates=tuple(reprints))


def asked(question, *read):
    """Return what was read: for each hit the words that the reader likes, with its margins above "not here"."""
    readings = []
    for one, spans in read:
        text = one.passage.text
        places = [
            ScoredSpan(text.index(words), text.index(words) + len(words), score) for words, score in spans.items()
        ]
        readings.append(Reading(tuple(sorted(places, key=lambda span: -span.score)), no_answer_score=0.0))
    return Asked(question, [one for one, _ in read], readings)


def answered(question, *read, abstained=False, sure_from=0.0):
    """Return the answer as it is before and after its values are put in order of days."""
    what = asked(question, *read)
    found = collect(what)
    values = tuple(candidates(found, what, limit=5))
    quoted = tuple(quotations(found, what, values, limit=5))
    given_ = None if abstained else values[0].text
    before = Answer(question, given_, abstained, values[0].confidence, values, Searched(2, 5), {}, quotations=quoted)
    return before, with_days(before, what, sure_from=sure_from)


def rows(answer):
    return [(one.text, one.day.day if one.day else None, one.outlets, one.withdrawn) for one in answer.by_day]


OLD = hit("echo", "Drivers pay a toll of £3 on Skelling bridge.", 2), {"£3": 8.0}
NEW = hit("post", "The toll on Skelling bridge is £4, up from £3.", 9), {"£4": 6.0, "£3": 5.0}


def test_a_later_value_is_the_answer_to_a_question_about_now():
    before, after = answered(NOW, OLD, NEW)
    assert (before.answer, after.answer) == ("£3", "£4")
    assert rows(after) == [("£4", 9, ("Post",), False), ("£3", 2, ("Echo",), False)]
    assert after.course is Course.CHANGED
    assert [one.text for one in after.answers] == ["£4", "£3"]
    # It is as likely as it was, and the one before it no likelier.
    likely = before.answers[1].confidence
    assert likely < before.confidence
    assert [one.confidence for one in after.answers] == [after.confidence] * 2 == [likely] * 2
    assert after.quotations[0].citation.text == "£4"
    for one in after.by_day:
        for citation in one.citations:
            text = OLD[0].article.text if citation.article_id == "echo" else NEW[0].article.text
            assert text[citation.start : citation.end] == citation.text


def test_a_question_about_then_keeps_its_answer():
    _, after = answered(THEN, OLD, NEW)
    assert (after.answer, after.course) == ("£3", Course.CHANGED)


def test_a_yes_or_no_has_no_values_by_day():
    before, after = answered("Is the toll on Skelling bridge £3?", OLD, NEW)
    assert after is before


def test_equal_values_agree_and_a_days_reports_stand_together():
    reprint = hit("mail", "Tolls: drivers pay a toll of £3 on Skelling bridge.", 2)
    first = hit("echo", OLD[0].article.text, 2, reprints=[reprint]), OLD[1]
    second = hit("isle", "The toll is £3.00, said the council.", 5), {"£3.00": 6.0}
    _, after = answered(NOW, first, second)
    assert rows(after) == [("£3.00", 5, ("Isle",), False), ("£3", 2, ("Echo", "Mail"), False)]
    assert after.course is Course.AGREE


def test_independent_reports_of_one_day_disagree():
    other = hit("post", "Skelling bridge costs drivers £4.", 2), {"£4": 6.0}
    _, after = answered(NOW, OLD, other)
    assert (after.course, after.answer) == (Course.DISAGREE, "£3")
    # A later report that only repeats one of them changes nothing.
    later = hit("isle", "The bridge toll is £3.", 7), {"£3": 5.0}
    assert answered(NOW, OLD, other, later)[1].course is Course.DISAGREE


def test_undated_reports_come_last_and_show_no_change():
    undated = hit("isle", "The bridge toll is £4.", None), {"£4": 6.0}
    _, after = answered(NOW, OLD, undated)
    assert rows(after) == [("£3", 2, ("Echo",), False), ("£4", None, ("Isle",), False)]
    assert (after.course, after.answer) == (Course.DISAGREE, "£3")


def test_a_later_value_that_is_hardly_supported_leaves_the_answer():
    weak = hit("post", "A ticket for Skelling bridge museum is £5.", 9), {"£5": 2.1}
    strong = hit("echo", OLD[0].article.text, 2), {"£3": 30.0}
    _, after = answered(NOW, strong, weak)
    assert (after.answer, rows(after)) == ("£3", [("£3", 2, ("Echo",), False)])


def unlikely(share):
    """Return the answer whose first value is certain and whose later one has that confidence, and what was asked."""
    before, _ = answered(NOW, OLD, NEW)
    first, second = before.answers
    values = (replace(first, confidence=1.0), replace(second, confidence=share))
    return replace(before, answers=values, confidence=1.0), asked(NOW, OLD, NEW)


@pytest.mark.parametrize(("share", "answer"), [(0.31, "£4"), (0.29, None), (0.21, None), (0.19, "£3")])
def test_what_supports_a_later_value(share, answer):
    before, what = unlikely(share)
    after = with_days(before, what, sure_from=0.1)
    assert (after.answer, after.abstained) == (answer, answer is None)
    assert after.state == ("sure" if answer else "speaks")


@pytest.mark.parametrize(("sure_from", "answer"), [(0.4, "£4"), (0.41, None)])
def test_a_later_value_is_sure_by_its_own_confidence(sure_from, answer):
    before, what = unlikely(0.4)
    after = with_days(before, what, sure_from=sure_from)
    assert (after.answer, after.state) == (answer, "sure" if answer else "speaks")
    assert [(one.text, one.confidence) for one in after.answers] == [("£4", 0.4), ("£3", 0.4)]
    assert (after.confidence, after.course) == (0.4, Course.CHANGED)
    assert [value.text for value in after.by_day] == ["£4", "£3"]


def test_a_later_value_is_not_given_where_none_was():
    before, what = unlikely(0.4)
    silent = replace(before, answer=None, abstained=True)
    after = with_days(silent, what, sure_from=0.1)
    assert (after.answer, after.state, after.answers[0].text) == (None, "silent", "£4")


def test_what_is_hardly_a_value_is_left_out():
    doubtful = hit("post", "Skelling bridge museum: £5 a ticket.", 9), {"£5": 1.9}
    other_kind = hit("isle", "Skelling bridge took 12 years to build.", 9), {"12 years": 7.0}
    _, after = answered(NOW, OLD, doubtful, other_kind)
    assert rows(after) == [("£3", 2, ("Echo",), False)]
    assert "by_day" not in after.to_json()


def test_what_a_correction_took_back_is_marked_and_never_the_answer():
    wrong = hit("echo", "The toll on Skelling bridge is £5.", 3), {"£5": 9.0}
    text = "Drivers pay £4.\n\nCorrection: An earlier version of this story said that the toll was £5. It is £4."
    right = hit("post", text, 3), {"£4": 5.0}
    before, after = answered(NOW, wrong, right)
    assert (before.answer, after.answer) == ("£5", "£4")
    assert rows(after) == [("£5", 3, ("Echo",), True), ("£4", 3, ("Post",), False)]
    assert after.course is Course.CHANGED
    assert [value["withdrawn"] for value in after.to_json()["by_day"]] == [True, False]


def test_a_correction_of_another_figure_withdraws_nothing():
    text = "Drivers pay £4.\n\nCorrection: An earlier version of this story said that 3 ferries ran. It is 2."
    _, after = answered(NOW, OLD, (hit("post", text, 9), {"£4": 5.0}))
    assert not any(one.withdrawn for one in after.by_day)


def test_a_headline_counts_as_print():
    text = "The council met on Tuesday.\n\nFrom June a crossing of Skelling bridge will cost £4."
    title = "Toll on Skelling bridge to rise to £4"
    headline = hit("post", text, 9, title=title), {}
    before, after = answered(NOW, OLD, headline)
    assert rows(after) == [("£4", 9, ("Post",), False), ("£3", 2, ("Echo",), False)]
    (citation,) = after.by_day[0].citations
    assert text[citation.start : citation.end] == "£4"
    assert citation.sentence == "From June a crossing of Skelling bridge will cost £4."
    # The reader found no such value, so that none is sure.
    assert (before.answer, after.answer, after.state) == ("£3", None, "speaks")


def test_the_latest_comes_first_where_that_is_asked():
    before, _ = answered("What is the latest on the toll?", OLD, (NEW[0], {"£4": 6.0}))
    assert [one.citation.text for one in before.quotations] == ["£3", "£4"]
    assert [one.citation.text for one in latest_first(before).quotations] == ["£4", "£3"]
    other = replace(before, question="What is the toll?")
    assert latest_first(other) is other


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 4), st.floats(-3, 12)),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
def test_days_are_in_order_and_every_span_is_printed(printed, now):
    read = [
        (hit(f"n{number}", f"A crossing of Skelling bridge costs £{value} at noon.", day), {f"£{value}": margin})
        for number, (value, day, margin) in enumerate(printed)
    ]
    before, after = answered(NOW if now else THEN, *read)
    texts = {one.article.id: one.article.text for one, _ in read}
    days = [one.day or dt.date.min for one in after.by_day]
    assert days == sorted(days, reverse=True)
    assert (after.course is None) == (not after.by_day)
    assert [one.confidence for one in after.answers] == sorted((one.confidence for one in after.answers), reverse=True)
    assert after.confidence == after.answers[0].confidence
    assert sorted(one.text for one in after.answers) == sorted(one.text for one in before.answers)
    for value in after.by_day:
        for citation in value.citations:
            assert texts[citation.article_id][citation.start : citation.end] == citation.text
            assert citation.published == value.day
    if now and after.answer and any(one.day for one in after.by_day):
        assert not any(one.withdrawn for one in after.by_day if one.text == after.answer)
