"""What the Archive tab says and plots of an archive."""

import datetime as dt

from pullquote.ui.chat.archive_facts import ArchiveFacts, MonthCount
from pullquote.ui.chat.archive_plot import facts_html, label_angle, plotted, table_html


def facts(*months, outlets=(("Echo", 3), ("<b>Post</b>", 1)), undated=0):
    return ArchiveFacts(
        articles=sum(number for _, _, number in months) + undated,
        undated=undated,
        first_day=dt.date(2031, 1, 2),
        last_day=dt.date(2031, 3, 4),
        months=tuple(MonthCount(*month) for month in months),
        outlets=outlets,
        authors=(),
    )


def test_months_stand_in_a_row_without_a_gap():
    frame, colours = plotted(facts(("2031-01", "Echo", 3), ("2031-03", "<b>Post</b>", 1)))
    assert frame.values.tolist() == [["2031-01", "Echo", 3], ["2031-02", "Echo", 0], ["2031-03", "<b>Post</b>", 1]]
    assert list(colours) == ["Echo", "<b>Post</b>"]
    assert len(set(colours.values())) == 2


def test_the_table_tells_the_same_and_escapes_names():
    html = table_html(facts(("2031-01", "Echo", 3), ("2031-02", "<b>Post</b>", 1)))
    assert "<b>" not in html
    assert '<th scope="row">2031-01</th><td>3</td><td>0</td>' in html
    assert '<th scope="row">2031-02</th><td>0</td><td>1</td>' in html
    assert table_html(facts(outlets=())) == ""


def test_many_months_are_years_and_many_labels_stand_upright():
    year = [(f"2031-{month:02}", "Echo", 1) for month in range(1, 13)]
    assert label_angle(facts(*year)) == 0
    assert label_angle(facts(*year, ("2032-01", "Echo", 1))) == -90
    decades = facts(*[(f"{1990 + number // 12}-{number % 12 + 1:02}", "Echo", 2) for number in range(60)])
    assert plotted(decades)[0].values.tolist() == [[str(1990 + number), "Echo", 24] for number in range(5)]


def test_what_is_not_known_is_left_out():
    assert "4 articles · 2 outlets · from 2 January 2031 to 4 March 2031 · 1 without a date" in facts_html(
        facts(("2031-01", "Echo", 3), undated=1)
    )
    assert "outlet" not in facts_html(facts(("2031-01", "", 3), outlets=()))
