from __future__ import annotations

import pytest

from pullquote.index.sources.fields.foreign_dates import is_weekday, month_number


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("avr.", 4), ("AVRIL", 4), ("Januar", 1), ("März", 3), ("marzo", 3), ("грудня", 12), ("mayıs", 5),
        ("tammikuuta", 1),
        ("listopad", None),  # October in Croatian, November in Polish
        ("mill", None), ("", None),
    ],
)  # fmt: skip
def test_months(word, month):
    assert month_number(word) == month


@pytest.mark.parametrize(
    ("word", "expected"), [("mar.", True), ("Di", True), ("dimanche", True), ("вт", True), ("mill", False)]
)
def test_weekdays(word, expected):
    assert is_weekday(word) is expected
