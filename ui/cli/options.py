"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.paths import expanded
from pullquote.ui.local_only import allow_hub_for

ArchiveDir = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The archive's folder (default: PULLQUOTE_ARCHIVE).",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only what was published on that day or later (YYYY-MM-DD)."),
]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only what was published on that day or earlier.")]
Outlets = Annotated[
    list[str] | None, typer.Option("--outlet", metavar="NAME", help="Only from that outlet; may be repeated.")
]
Authors = Annotated[
    list[str] | None, typer.Option("--author", metavar="NAME", help="Only with that byline; may be repeated.")
]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="As the archive stood that day; the days just before it are preferred."),
]
ReaderName = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="MODEL",
        help="thorough (the default), paired (faster), accurate, small, a folder or a hub name.",
    ),
]
Passages = Annotated[
    int | None,
    typer.Option(
        "--passages", metavar="N", min=1, max=100, help="How many passages to read for a question: fewer are quicker."
    ),
]

Sure = Annotated[
    float | None,
    typer.Option(
        "--sure",
        metavar="SHARE",
        help="Give a value only where at least that share of the values given is right (default: 0.8).",
    ),
]


def reading(reader: str | None, passages: int | None, sure: float | None = None) -> dict[str, Any]:
    """Return the `Engine`'s arguments for what was chosen; the hub may be asked for a reader that is no folder."""
    if reader is not None and reader.startswith("~"):
        reader = str(expanded(reader))
    allow_hub_for(reader)
    chosen = {"reader": reader, "passages": passages, "sure": sure}
    return {name: value for name, value in chosen.items() if value is not None}


def chosen_archive(context: typer.Context, after_command: Path | None) -> Path | None:
    """Return the archive's folder: named after the command, before it, or by PULLQUOTE_ARCHIVE; None if nobody did."""
    path: Any = after_command or (context.obj or {}).get("archive")
    # The environment is read by no shell: PULLQUOTE_ARCHIVE=~/news.pq may come as it stands.
    return None if path is None else expanded(Path(path))


def archive_dir(context: typer.Context, after_command: Path | None) -> Path:
    """Return the archive's folder, as `chosen_archive` does.

    Raises:
        InputError: nobody named one.
    """
    path = chosen_archive(context, after_command)
    if path is None:
        raise InputError("Which archive? Give --archive DIR, or set PULLQUOTE_ARCHIVE.")
    return path


def filters_of(
    since: str | None,
    until: str | None,
    outlets: list[str] | None,
    authors: list[str] | None,
    as_of: str | None,
) -> Filters:
    """Return the filters that the options name.

    Raises:
        InputError: a date is malformed or the bounds exclude each other.
    """
    return Filters.of(since=since, until=until, outlets=tuple(outlets or ()), authors=tuple(authors or ()), as_of=as_of)
