"""Marks by which a web page can be told to be an export of a news database."""

from __future__ import annotations

import re

# Style sheets may stand above the first article.
LOOKED_AT_BYTES = 262_144

_MARKS = re.compile(
    rb"class=[\"']?article \w{2}Article|>\s*Document [A-Z0-9]{6,12}[0-9a-z]{8,24}\s*<|<DOCFULL>"
    rb"|\b\d+ of \d+ DOCUMENTS?\b|>\s*End of Document\s*<|ProQuest document ID|<b>\s*HD\s*</b>",
    re.IGNORECASE,
)


def may_be_export(head: bytes) -> bool:
    """Return whether the beginning of a web page has marks of an export."""
    return _MARKS.search(head) is not None
