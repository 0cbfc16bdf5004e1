"""The commands to look through an archive and to mend what was guessed: `list` and `edit`."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from pullquote.errors import InputError
from pullquote.ui.cli.failures import Command, advise, say
from pullquote.ui.cli.options import ArchiveDir, AsJson, Authors, Outlets, Since, Until, archive_dir, filters_of
from pullquote.ui.printable import write_json


def register(app: typer.Typer) -> None:
    """Add `list` and `edit` to the command line."""
    app.command("list", cls=Command)(list_articles)
    app.command("edit", cls=Command)(edit)


def list_articles(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    author: Authors = None,
    source: Annotated[
        str, typer.Option("--source", metavar="TEXT", help="Only articles whose file or address has this in its name.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many to list.")] = 50,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """List articles by day, the latest first: headline, outlet, byline and id."""
    path = archive_dir(context, archive)
    filters = filters_of(since, until, outlet, author, None)
    from pullquote.index.archive import Archive
    from pullquote.ui.cli.render import show_entries

    with Archive.open(path) as opened:
        advise(opened)
        found = list(opened.entries(filters, source=source, limit=limit + 1))
    if as_json:
        for entry in found[:limit]:
            write_json(entry.to_json(), sys.stdout)
    else:
        show_entries(found[:limit])
    if len(found) > limit:
        say(f"there are more than {limit:,}; --limit lists more.")
    if not found:
        say("no article found.")


def edit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID|URL", help="The article, by id or URL.")],
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Its headline.")] = None,
    outlet: Annotated[str | None, typer.Option("--outlet", metavar="NAME", help="Who published it.")] = None,
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help='Its day (YYYY-MM-DD); "" for not known.')
    ] = None,
    author: Annotated[
        list[str] | None, typer.Option("--author", metavar="NAME", help="Its byline; may be repeated.")
    ] = None,
    restore: Annotated[
        list[str] | None,
        typer.Option(
            "--restore", metavar="FIELD", help="Undo the edits of a field: title, outlet, published or authors."
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who makes the edit (default: the system's user name).")
    ] = None,
    archive: ArchiveDir = None,
    as_json: AsJson = False,
) -> None:
    """Mend an article's headline, outlet, day or authors; without an option, show what was mended.

    The text stays as it is. Adding the article's file again never undoes an edit.
    """
    path = archive_dir(context, archive)
    from pullquote.index.archive import Archive
    from pullquote.ui.cli.render import show_edits

    with Archive.open(path) as opened:
        given = (title, outlet, published, author or None, restore or None)
        if any(value is not None for value in given):
            opened.edit(
                name,
                title=title,
                outlet=outlet,
                published=published,
                authors=None if not author else [one for one in author if one],
                restore=restore or (),
                by=_user() if by is None else by,
            )
        edits = opened.edits(name)
        article = opened.article(name)
        if article is None:
            raise InputError(f"The archive has no article {name!r}.")
    if as_json:
        facts = {key: value for key, value in article.to_json().items() if key != "text"}
        write_json({**facts, "edits": [one.to_json() for one in edits]}, sys.stdout)
    else:
        show_edits(article, edits)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without user names
        return ""
