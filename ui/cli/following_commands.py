"""`pullquote follow`: what was published since is fetched and added."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pullquote.commands import BAD_INPUT
from pullquote.ui.cli import failures
from pullquote.ui.cli.failures import Command, advise, say
from pullquote.ui.cli.options import ArchiveDir, AsJson, archive_dir
from pullquote.ui.printable import write_json

if TYPE_CHECKING:
    from pullquote.ui.cli.progress import Meter


def register(app: typer.Typer) -> None:
    """Add `follow` to the command line."""
    app.command("follow", cls=Command)(follow)


def follow(
    context: typer.Context,
    addresses: Annotated[
        list[str], typer.Argument(metavar="FEED|SITEMAP|URL", help="Addresses of feeds, sitemaps or single pages.")
    ],
    archive: ArchiveDir = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and end, as cron needs it.")] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="MINUTES", min=1.0, help="How long to wait between two looks.")
    ] = 15.0,
    as_json: AsJson = False,
) -> None:
    """Fetch what feeds, sitemaps and pages have that is new or changed, and add it.

    The archive is made if there is none. A site's robots.txt is respected, and a host is asked once a second at most.
    Pages are kept as they came, in the archive's pages.warc.gz. Without --once it looks again and again until it is
    stopped. Exits 1 if nothing could be fetched.
    """
    path = archive_dir(context, archive)
    from pullquote.ui.cli.progress import Meter

    with failures.when_stopped("what was added before is kept, and the same command goes on from there"):
        while True:
            with Meter("following") as meter:
                fetched = _look(path, addresses, meter, as_json=as_json)
            if once:
                break
            time.sleep(60 * every)
    if not fetched:
        raise typer.Exit(BAD_INPUT)


def _look(path: Path, addresses: list[str], meter: Meter, *, as_json: bool) -> int:
    """Look once; return how many answers servers gave. The archive is open for as long as that."""
    from pullquote.index.archive import Archive
    from pullquote.index.following.following import follow as look
    from pullquote.ui.cli.render import show_followed

    with Archive.open(path, create=True) as opened:
        report = look(opened, addresses, progress=_shown(meter))
        advise(opened)
    if as_json:
        write_json(report.to_json(), sys.stdout)
    else:
        show_followed(report)
    if not report.fetched:
        say("nothing could be fetched.")
    return report.fetched


def _shown(meter: Meter) -> Callable[[int, int, str], None]:
    def show(done: int, whole: int, address: str) -> None:
        meter.update(done, whole, address)

    return show
