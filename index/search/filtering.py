"""Which articles filters allow, told one by one; `VisibleArticles.article_mask` tells it of all at once."""

from __future__ import annotations

from collections.abc import Callable

from pullquote.comparing_form import name_form
from pullquote.filters import Filters
from pullquote.index.storage.database import ArticleFacts


def allowed_by(filters: Filters) -> Callable[[ArticleFacts], bool]:
    """Return what tells whether an article lies within the bounds; one without a date passes no date bound."""
    outlets, authors = (frozenset(map(name_form, names)) for names in (filters.outlets, filters.authors))
    since, last_day = filters.since, filters.last_day

    def allowed(facts: ArticleFacts) -> bool:
        day = facts.published
        return (
            (since is None or (day is not None and day >= since))
            and (last_day is None or (day is not None and day <= last_day))
            and (not outlets or name_form(facts.outlet or "") in outlets)
            and (not authors or not authors.isdisjoint(map(name_form, facts.authors)))
        )

    return allowed
