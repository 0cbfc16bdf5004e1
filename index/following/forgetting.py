"""Leaving nothing of the pages that erased articles came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pullquote.index.following import page_store
from pullquote.index.following.followed import FILE_NAME, Followed
from pullquote.index.storage.database import Database


def forget_pages(folder: Path, database: Database, rowids: Sequence[int]) -> None:
    """Take the pages of articles that are about to be erased out of what was fetched.

    The pages are found by the articles' URLs, so it comes before the articles are emptied; it may be done twice.

    Raises:
        ArchiveWriteFailed: the disk is full or refuses.
    """
    if not (folder / FILE_NAME).exists():
        return
    urls = [
        url
        for rowid in rowids
        for row in database.query("SELECT id, url FROM articles WHERE rowid = ?", (rowid,))
        for url in row
        if url
    ]
    with Followed(folder) as followed:
        addresses = {*urls, *followed.addresses_of(urls)}
        page_store.erase(folder, addresses, followed.stored_bytes(), written=followed.note_stored_bytes)
        followed.forget(urls)
