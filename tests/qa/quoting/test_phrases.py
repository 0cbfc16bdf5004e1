"""Which spans stand in one phrase."""

from __future__ import annotations

import pytest

from pullquote.index.search.kinds import AskedKind
from pullquote.qa.quoting.phrases import joined

TEXT = "She lies at Pellow's Yard on Tannery Creek, Varn, where Lind and Vig, who sold her on Friday, 4 May, work."


def at(words: str) -> tuple[int, int]:
    return TEXT.index(words), TEXT.index(words) + len(words)


@pytest.mark.parametrize(
    ("one", "other", "kind", "whole"),
    [
        ("Pellow's Yard", "Tannery Creek", AskedKind.PLACE, "Pellow's Yard on Tannery Creek"),
        ("Tannery Creek", "Pellow's Yard", AskedKind.PLACE, "Pellow's Yard on Tannery Creek"),
        ("Tannery Creek", "Varn", AskedKind.PLACE, "Tannery Creek, Varn"),
        ("Tannery Creek", "Varn", AskedKind.PERSON, None),
        ("Friday", "4 May", AskedKind.TIME, "Friday, 4 May"),
        ("Lind", "Vig", AskedKind.PERSON, None),
        ("Pellow's Yard", "Yard on Tannery", AskedKind.THING, "Pellow's Yard on Tannery"),
        ("Pellow's Yard", "Varn", AskedKind.PLACE, None),
    ],
)
def test_spans_of_one_phrase(one, other, kind, whole):
    found = joined(TEXT, at(one), at(other), kind)
    assert (found and TEXT[slice(*found)]) == whole
