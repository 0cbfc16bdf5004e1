"""Whether the lexical index holds what the database says it should."""

from __future__ import annotations

import time
from pathlib import Path

from pullquote.errors import ArchiveError
from pullquote.index.backends import lexical_stamp
from pullquote.index.backends.lexical import LexicalIndex
from pullquote.index.storage.database import Database

# A writer may be putting a new lexical index in the place of the old one.
_TRIES, _PAUSE_S = 5, 0.1


def lexical_problems(database: Database, folder: Path, *, thorough: bool = True) -> list[str]:
    """Return what is wrong with the lexical index.

    Args:
        database: what it should follow.
        folder: where it is.
        thorough: read all its files and count its passages; otherwise only whose it is, how far it is, and whether its
            files are as long as they were: a millisecond.
    """
    for _ in range(_TRIES):
        before = lexical_stamp.read(folder)
        generations = database.number("published_generation"), database.number("generation")
        found = _lexical_problems(database, folder, thorough=thorough)
        if not found or _is_quiet(database, folder, before, generations):
            return found
        time.sleep(_PAUSE_S)
    return found


def _is_quiet(
    database: Database, folder: Path, stamp: lexical_stamp.Stamp | None, generations: tuple[int, int]
) -> bool:
    """Return whether no writer was at work since."""
    now = database.number("published_generation"), database.number("generation")
    return now == generations and lexical_stamp.read(folder) == stamp and folder.is_dir()


def _lexical_problems(database: Database, folder: Path, *, thorough: bool) -> list[str]:
    published = database.number("published_generation")
    # Before the database's numbers: a writer raises these first.
    stamp = lexical_stamp.read(folder)
    generation = database.number("generation")
    if not database.has_checksums or (stamp is None and not folder.is_dir()):
        return _miscounted(database, folder, {(published, published), (generation, generation)})
    if stamp is None:
        return ["the lexical index doesn't say what it follows"]
    if wrong := _of_another(stamp, database.archive_id, published, generation):
        return [wrong]
    behind = stamp.added < generation or stamp.removed < published
    altered = _altered_files(folder, stamp, behind=behind, thorough=thorough)
    found = [f"the lexical index was altered: {', '.join(altered)}"] if altered else []
    if thorough:
        added, removed = {stamp.added, generation}, {stamp.removed, published}
        found += _miscounted(database, folder, {(one, other) for one in added for other in removed})
    return found


def _of_another(stamp: lexical_stamp.Stamp, archive: str, published: int, generation: int) -> str:
    """Return what is wrong where an index follows another archive, or another state of this one."""
    if stamp.archive != archive:
        return "the lexical index is another archive's"
    if stamp.added > generation:
        lost = "the database lost what was committed last"
        return f"the lexical index is of change {stamp.added}, the database of {generation}: {lost}"
    if stamp.added < published:
        return f"the lexical index is of change {stamp.added}, the database of {published}"
    return ""


def _altered_files(folder: Path, stamp: lexical_stamp.Stamp, *, behind: bool, thorough: bool) -> list[str]:
    """Return the files that aren't what the stamp says; of an index that was committed since, fewer can be told."""
    if not thorough:
        return [] if behind else lexical_stamp.missing_or_cut(folder, stamp)
    return lexical_stamp.altered_but_there(folder, stamp) if behind else lexical_stamp.altered(folder, stamp)


def _miscounted(database: Database, folder: Path, states: set[tuple[int, int]]) -> list[str]:
    """Return a sentence where the index holds as many passages as in none of the states (added, removed)."""
    try:
        count = LexicalIndex(folder).count()
    except ArchiveError as error:
        return [error.without_advice]
    expected = {database.passages_held(added, removed) for added, removed in states}
    if count in expected:
        return []
    return [f"the lexical index holds {count} passages, the database {min(expected)}"]
