"""The connection to `archive.db`: opening it, changing it whole or not at all, and the manifest of its facts."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pullquote.errors import ArchiveDamaged, ArchiveError, ArchiveTooNew, ArchiveWriteFailed, NotAnArchive
from pullquote.index.storage import schema

# Where damaged bytes stand in the tables' definitions, Python fails at making SQLite's message of them.
_DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)


class Connection:
    """One connection to `archive.db`. Writers use one, readers one a thread."""

    def __init__(self, file: Path, *, write: bool) -> None:
        self.file = file
        self._write = write
        # What `_state` gave of a database that is read without locks, since this user may not write beside it.
        self._seen: tuple[int, ...] | None = None
        self._open()

    def _open(self) -> None:
        if not self.file.exists():
            raise NotAnArchive(f"There is no archive at {self.file.parent} (any more).")
        if not os.access(self.file, os.R_OK):
            raise ArchiveError(f"You may not read the archive {self.file.parent} (its {self.file.name}).")
        try:
            self._connect("?mode=rw" if self._write else "?mode=ro")
        except sqlite3.DatabaseError as error:
            if self._write or os.access(self.file.parent, os.W_OK) or not _is_not_permitted(error):
                raise _as_archive_error(error, self.file) from error
            self._open_unlocked(error)
        except UnicodeDecodeError as error:
            raise _as_archive_error(error, self.file) from error

    def _open_unlocked(self, error: sqlite3.DatabaseError) -> None:
        """Read the file alone: SQLite can't make the files beside it that readers share with a writer."""
        log = _log_of(self.file)
        if log.exists() and log.stat().st_size:
            raise ArchiveError(
                f"You may not write to the archive {self.file.parent}, and its last changes stand in {log.name} only; "
                "somebody who may write to it has to run: pullquote optimize"
            ) from error
        self._seen = _state(self.file)
        try:
            self._connect("?mode=ro&immutable=1")
        except (sqlite3.DatabaseError, UnicodeDecodeError) as again:
            raise _as_archive_error(again, self.file) from again

    def _connect(self, how: str) -> None:
        uri = self.file.resolve().as_uri() + how
        self._db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA busy_timeout = 10000")
            self._check_format()
            if self._write:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
        except BaseException:
            self._db.close()
            raise

    def _follow_others(self) -> None:
        """Open the file again where it is read without locks and was changed, but not while one state is held."""
        if self._seen is not None and not self._db.in_transaction and self._seen != _state(self.file):
            self._db.close()
            self._seen = None
            self._open()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def __del__(self) -> None:
        """Close what nobody closed: Python 3.13 warns of it otherwise."""
        try:  # noqa: SIM105 - as the interpreter ends, modules may be gone
            self._db.close()
        except Exception:  # it may never have been opened
            pass

    def _check_format(self) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if application != schema.APPLICATION_ID:
            raise _no_archive(self.file, "another program's mark")
        if version > schema.FORMAT_VERSION:
            raise ArchiveTooNew(
                f"The archive {self.file.parent} has format {version}; this Pullquote reads up to "
                f"{schema.FORMAT_VERSION}. Install a newer one."
            )
        self._checksums = self._finds_checksums()

    @property
    def has_checksums(self) -> bool:
        """Whether the archive is of a format that stores checksums; a writer may have brought it there meanwhile."""
        self._checksums = self._checksums or self._finds_checksums()
        return self._checksums

    def _finds_checksums(self) -> bool:
        return bool(self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'vector_batches'").fetchone())

    @contextlib.contextmanager
    def transaction(self, *, seal: bool = True) -> Iterator[None]:
        """Do all of the block or nothing of it.

        Args:
            seal: at its end, set the manifest's checksum to that of what stands there.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses; nothing was stored.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            if seal and self.has_checksums:
                self._db.execute("UPDATE manifest SET value = ? WHERE key = 'checksum'", (self.manifest_checksum(),))
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
                self._checksums = self._finds_checksums()
            if isinstance(error, _DATABASE_ERRORS):
                raise _as_archive_error(error, self.file) from error
            raise

    @contextlib.contextmanager
    def one_state(self) -> Iterator[None]:
        """Let every query of the block see the database as it is now, whatever a writer does meanwhile."""
        if self._db.in_transaction:
            yield
            return
        self._follow_others()
        self.query("BEGIN")
        try:
            yield
        finally:
            self.query("ROLLBACK")

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query.

        Bytes that are no text come as replacement characters: the row's checksum tells that it was altered.

        Raises:
            ArchiveError: what the database refuses, as a sentence.
        """
        try:
            try:
                return self._db.execute(sql, _bound(sql, parameters)).fetchall()
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode"):
                    raise
                self._db.text_factory = _replacing
                try:
                    return self._db.execute(sql, _bound(sql, parameters)).fetchall()
                finally:
                    self._db.text_factory = str
        except (*_DATABASE_ERRORS, OverflowError) as error:
            raise _as_archive_error(error, self.file) from error

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Change something, inside a transaction."""
        self._db.execute(sql, _bound(sql, parameters))

    # -- manifest

    def manifest(self) -> dict[str, str]:
        """Return all entries of the manifest."""
        return dict(self.query("SELECT key, value FROM manifest"))

    def number(self, key: str) -> int:
        """Return an entry of the manifest that is a number."""
        self._follow_others()
        try:
            return int(self.query("SELECT value FROM manifest WHERE key = ?", (key,))[0][0])
        except (IndexError, ValueError) as error:
            raise self.manifest_damaged() from error

    def manifest_damaged(self) -> ArchiveDamaged:
        """Return what is to be said where the manifest isn't what was stored."""
        return ArchiveDamaged(
            f"The facts that {self.file} states about the archive were altered; run: pullquote check --repair"
        )

    def manifest_is_sound(self) -> bool:
        """Return whether manifest and tables are what was stored; of format 1, nothing is known."""
        if not self.has_checksums:
            return True
        with self.one_state():
            stored = self.query("SELECT value FROM manifest WHERE key = 'checksum'")
            return stored == [(self.manifest_checksum(),)]

    def manifest_checksum(self) -> str:
        """Return the checksum that the manifest should have, as it is now."""
        return schema.manifest_checksum(*self.manifest_facts())

    def manifest_facts(self) -> tuple[dict[str, str], list[Any], int]:
        """Return what the manifest's checksum is of: its entries, the tables' definitions, the format."""
        try:
            return schema.manifest_facts(self._db)
        except _DATABASE_ERRORS as error:
            raise _as_archive_error(error, self.file) from error

    def replace_manifest(self, entries: Mapping[str, str]) -> None:
        """Let the manifest, which was altered, be these entries, its checksum among them; inside a transaction."""
        self._db.execute("DELETE FROM manifest")
        self._db.executemany("INSERT INTO manifest VALUES (?, ?)", entries.items())
        self._db.execute(f"PRAGMA user_version = {schema.FORMAT_VERSION}")

    @property
    def archive_id(self) -> str:
        """The name by which the archive's other files know it; "" in format 1."""
        rows = self.query("SELECT value FROM manifest WHERE key = 'archive_id'")
        return str(rows[0][0]) if rows else ""

    def set_number(self, key: str, value: int) -> None:
        """Change an entry of the manifest; inside a transaction."""
        self._db.execute("UPDATE manifest SET value = ? WHERE key = ?", (str(value), key))

    def unfinished_erasure(self) -> str:
        """Return what is noted of an erasure that was begun, "" where there is none."""
        rows = self.query("SELECT value FROM manifest WHERE key = 'erasing'")
        return str(rows[0][0]) if rows else ""

    def note_erasure(self, note: str) -> None:
        """Note that an erasure is begun, or, with "", that it is finished; inside a transaction."""
        self._db.execute("DELETE FROM manifest WHERE key = 'erasing'")
        if note:
            self._db.execute("INSERT INTO manifest VALUES ('erasing', ?)", (note,))

    def add_checksums(self) -> None:
        """Bring an archive of format 1 to this format; the tables for checksums are empty. Inside a transaction."""
        schema.add_tables_of_format_2(self._db)

    # -- the file

    def checkpoint(self, *, wait_s: float = 10.0) -> bool:
        """Move the write-ahead log into the database file; return whether all of it could be moved.

        Readers who are in the midst of a query are waited for.
        """
        self.query(f"PRAGMA busy_timeout = {round(1000 * wait_s)}")
        try:
            busy = self.query("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
        finally:
            self.query("PRAGMA busy_timeout = 10000")
        return not busy

    def fold_log(self) -> None:
        """Move the log into the database file unless somebody is in the way.

        Who copies the folder, or may only read it, then needs `archive.db` alone.
        """
        with contextlib.suppress(ArchiveError):
            self.checkpoint(wait_s=0.2)

    def overwrite_deleted(self) -> None:
        """From now on, let what is deleted be overwritten with zeros."""
        self.query("PRAGMA secure_delete = ON")

    def rewrite(self) -> None:
        """Write the database file anew, without the pages that nothing uses.

        Raises:
            ArchiveWriteFailed: the disk is full or refuses, or others were reading for longer than ten seconds.
        """
        self.query("VACUUM")
        if not self.checkpoint():
            raise ArchiveWriteFailed(
                f"Another process reads the archive {self.file.parent}; when it has ended, run: pullquote optimize"
            )

    def rebuild_indexes(self) -> None:
        """Write SQLite's own indexes anew from the tables."""
        self.query("REINDEX")


def _bound(sql: str, parameters: Sequence[object]) -> Sequence[object] | dict[str, object]:
    """Return parameters as Python binds them: those of `?1` and `?2` by their names, which a sequence may not have."""
    return {str(number): value for number, value in enumerate(parameters, 1)} if "?1" in sql else parameters


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _state(file: Path) -> tuple[int, ...]:
    """Return what changes when somebody writes: inode, size and time of the file, size of its log."""
    log, facts = _log_of(file), file.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns, log.stat().st_size if log.exists() else 0


def _is_not_permitted(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorname", "") or ""
    return code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM"))


def _replacing(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _no_archive(file: Path, why: str) -> NotAnArchive:
    return NotAnArchive(
        f"{file} is not a Pullquote archive, or its first bytes are damaged ({why}): put a copy of it back, or add the "
        "articles to a new archive with `pullquote add`."
    )


def _as_archive_error(error: Exception, file: Path) -> Exception:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code == "SQLITE_NOTADB":
        return _no_archive(file, str(error))
    if code == "SQLITE_CANTOPEN":
        return NotAnArchive(f"{file} is not a Pullquote archive ({error}).")
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")):
        return ArchiveWriteFailed(
            f"The archive {file.parent} cannot be written ({error}); what was committed before is intact."
        )
    if code.startswith("SQLITE_BUSY"):
        return ArchiveWriteFailed(f"The archive {file.parent} is busy ({error}); try again.")
    return ArchiveDamaged(f"The database {file} is damaged ({error}); run: pullquote check --repair")
