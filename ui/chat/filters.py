"""The sidebar's filters: their widgets, the chips above the conversation, and their form in the page's address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.chat.archive_facts import ArchiveFacts, author_choices, outlet_choices
from pullquote.ui.markup import text
from pullquote.ui.wording import day

# More outlets than that are chosen from a list that can be searched, not ticked.
_TICKED = 14
# An address that names more than that isn't one that this page made.
_NAMES_AT_MOST = 50

Values = tuple[str | None, str | None, str | None, list[str], list[str]]


@dataclass(frozen=True)
class FilterWidgets:
    """The sidebar's inputs, in the order that every event passes their values in."""

    since: gr.DateTime
    until: gr.DateTime
    as_of: gr.DateTime
    outlets: gr.CheckboxGroup | gr.Dropdown
    authors: gr.Dropdown

    def all(self) -> list[Any]:
        """Return them as an event's inputs or outputs."""
        return [self.since, self.until, self.as_of, self.outlets, self.authors]


def filter_widgets(facts: ArchiveFacts) -> FilterWidgets:
    """Return the sidebar's inputs; call it where they are to stand."""
    with gr.Group(elem_classes="pq-filter"):
        since = _day("From", "pq-since")
        until = _day("To", "pq-until")
    with gr.Group(elem_classes="pq-filter"):
        as_of = _day("As the archive stood on", "pq-as-of")
    outlets: gr.CheckboxGroup | gr.Dropdown
    if len(facts.outlets) <= _TICKED:
        outlets = gr.CheckboxGroup(
            choices=_any(outlet_choices(facts)), label="Outlets", elem_id="pq-outlets", visible=bool(facts.outlets)
        )
    else:
        outlets = gr.Dropdown(
            choices=_any(outlet_choices(facts)), multiselect=True, label="Outlets", elem_id="pq-outlets"
        )
    authors = gr.Dropdown(
        choices=_any(author_choices(facts)),
        multiselect=True,
        label="Bylines",
        elem_id="pq-authors",
        visible=bool(facts.authors),
    )
    return FilterWidgets(since, until, as_of, outlets, authors)


def _day(label: str, name: str) -> gr.DateTime:
    return gr.DateTime(label=label, include_time=False, type="string", elem_id=name)


def _any(choices: Sequence[tuple[str, str]]) -> list[Any]:
    return list(choices)


def refreshed(facts: ArchiveFacts, outlets: Sequence[str] = (), authors: Sequence[str] = ()) -> tuple[Any, Any]:
    """Return updates of the outlets' and authors' choices, after articles were added or removed.

    Args:
        facts: the archive's, as it is now.
        outlets: those chosen. Gradio refuses every event while one is chosen that is no choice any more.
        authors: likewise.
    """
    return (
        _update(outlet_choices(facts), outlets),
        _update(author_choices(facts), authors),
    )


def _update(choices: Sequence[tuple[str, str]], chosen: Sequence[str]) -> Any:
    known = {value for _, value in choices}
    kept = [name for name in chosen if name in known]
    gone: dict[str, Any] = {"value": kept} if len(kept) < len(chosen) else {}
    return gr.update(choices=_any(choices), visible=bool(choices), **gone)


def filters_of(
    since: str | None, until: str | None, as_of: str | None, outlets: list[str] | None, authors: list[str] | None
) -> Filters:
    """Return the filters that the widgets' values name.

    Raises:
        InputError: a day is malformed or the bounds exclude each other.
    """
    return Filters.of(
        since=since or None,
        until=until or None,
        as_of=as_of or None,
        outlets=tuple(outlets or ()),
        authors=tuple(authors or ()),
    )


def values_of(filters: Filters) -> Values:
    """Return the widgets' values for filters: `filters_of` the other way round."""
    return (
        filters.since.isoformat() if filters.since else None,
        filters.until.isoformat() if filters.until else None,
        filters.as_of.isoformat() if filters.as_of else None,
        list(filters.outlets),
        list(filters.authors),
    )


def without(filters: Filters, what: str, name: str = "") -> Filters:
    """Return filters with a part dropped.

    Args:
        filters: as they are.
        what: all, dates, since, until, as_of, outlets or authors.
        name: of the outlets or authors, the one to drop; by default all of them.
    """
    if what == "all":
        return Filters()
    if what == "dates":
        return replace(filters, since=None, until=None)
    if what == "since":
        return replace(filters, since=None)
    if what == "until":
        return replace(filters, until=None)
    if what == "as_of":
        return replace(filters, as_of=None)
    if what == "outlets":
        return replace(filters, outlets=tuple(kept for kept in filters.outlets if name and kept != name))
    if what == "authors":
        return replace(filters, authors=tuple(kept for kept in filters.authors if name and kept != name))
    return filters


def to_query(filters: Filters) -> str:
    """Return filters as an address's query, "since=2031-05-01&outlet=Harbour+Echo"; "" without any."""
    since, until, as_of, outlets, authors = values_of(filters)
    single = [(name, value) for name, value in (("since", since), ("until", until), ("as_of", as_of)) if value]
    return urlencode([*single, *(("outlet", name) for name in outlets), *(("author", name) for name in authors)])


def from_query(pairs: Iterable[tuple[str, str]], facts: ArchiveFacts) -> Filters:
    """Return the filters that an address names; a part that is malformed, or names nobody here, is left out."""
    given: dict[str, list[str]] = {}
    for key, value in pairs:
        given.setdefault(key, []).append(value)
    names = {
        key: tuple(dict.fromkeys(name for name in given.get(key, ()) if name in known))[:_NAMES_AT_MOST]
        for key, known in (("outlet", dict(facts.outlets)), ("author", dict(author_choices(facts)).values()))
    }
    filters = Filters(outlets=names["outlet"], authors=names["author"])
    for key in ("since", "until", "as_of"):
        filters = _with_day(filters, {key: given.get(key, [""])[-1]})
    return filters


def _with_day(filters: Filters, days: Mapping[str, str]) -> Filters:
    known = dict(zip(("since", "until", "as_of"), values_of(filters)[:3], strict=True)) | {
        key: value or None for key, value in days.items()
    }
    try:
        return Filters.of(**known, outlets=filters.outlets, authors=filters.authors)
    except InputError:
        return filters


def chips(*values: Any) -> str:
    """Return the active filters as buttons that drop them; carries the query for the page's address.

    Filters that exclude each other are told as such.
    """
    try:
        filters = filters_of(*values) if values else Filters()
    except InputError as error:
        return f'<p class="pq-message" role="alert">{text(str(error))}</p>'
    rows = [
        *([("since", "", f"from {day(filters.since)}")] if filters.since else []),
        *([("until", "", f"to {day(filters.until)}")] if filters.until else []),
        *([("as_of", "", f"as of {day(filters.as_of)}")] if filters.as_of else []),
        *(("outlets", name, name) for name in filters.outlets),
        *(("authors", name, f"by {name}") for name in filters.authors),
    ]
    buttons = "".join(
        f'<li><button type="button" class="pq-chip" data-pq="refine" data-drop="{what}" data-name="{escape(name)}" '
        f'aria-label="Drop the filter {text(label)}">{text(label)}<span aria-hidden="true"> ×</span></button></li>'
        for what, name, label in rows
    )
    return (
        f'<ul class="pq-chip-list" data-query="{escape(to_query(filters))}" aria-label="Active filters">{buttons}</ul>'
    )
