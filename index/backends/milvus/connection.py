"""A connection to Milvus: opened by address, its errors told as the archive's."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pullquote.errors import ArchiveError, ArchiveWriteFailed
from pullquote.index.backends.milvus.address import MilvusAddress

if TYPE_CHECKING:
    from pymilvus import MilvusClient

NOT_INSTALLED = (
    "An index in Milvus needs the package pymilvus, which isn't installed; run: pip install 'pullquote[milvus]'"
)
LITE_NOT_INSTALLED = (
    "An index in a file needs the package milvus-lite, which isn't installed; run: pip install 'pullquote[milvus]'"
)
# The user and password, or the key, of a server that asks for one: USER:PASSWORD or a token.
TOKEN_VARIABLE = "PULLQUOTE_MILVUS_TOKEN"
# A server that has just been started, or is busy with others, may take a while to let somebody in.
_ANSWER_WITHIN_S = 60
# Milvus gives at most so many rows to one query or search.
MOST_ROWS = 16_384
# Rows sent in one message, which may have 64 MB: a passage takes about 4 kB, and at most 140.
ROWS_A_MESSAGE = 400

# How many connections of this process are open to each file: the last one to close lets go of it.
_open_files: Counter[str] = Counter()
_opening = threading.Lock()


class MilvusConnection:
    """One client, and how its collections are named: NAME and NAME_what.

    Raises:
        ArchiveError: pymilvus isn't installed, or nothing answers at the address.
    """

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise ArchiveError(NOT_INSTALLED) from error
        if address.is_file:
            try:
                import milvus_lite  # noqa: F401
            except ImportError as error:
                raise ArchiveError(LITE_NOT_INSTALLED) from error
        with _opening:
            try:
                self.client: MilvusClient = MilvusClient(
                    uri=address.uri,
                    token=os.environ.get(TOKEN_VARIABLE, ""),
                    timeout=_ANSWER_WITHIN_S,
                    # Lite takes pings between calls for an attack, and says so on stderr.
                    grpc_options={"grpc.keepalive_permit_without_calls": False},
                )
                self.version = str(self.client.get_server_version())
            except Exception as error:  # pymilvus raises grpc's, its own and Python's
                raise ArchiveError(self._unreachable(error)) from error
            _open_files[address.uri] += 1
        self._is_open = True
        # Whether Milvus was asked to load the archive's collections: it answers of no others.
        self.has_loaded = False

    def _unreachable(self, error: Exception) -> str:
        if self.address.is_file:
            return (
                f"The index {self.address.uri} cannot be opened ({_reason(error)}): one process at a time can use a "
                "file of Milvus Lite."
            )
        return f"No Milvus answers at {self.address.uri} ({_reason(error)}); is it running, and is the address right?"

    @property
    def is_lite(self) -> bool:
        """Whether Milvus Lite answers, which has fewer analysers, and builds indexes only of what was flushed."""
        return "lite" in self.version

    def collection(self, what: str = "") -> str:
        """Return the name of one of the archive's collections; nobody else's begins like it."""
        name = f"pullquote_{self.address.name}"
        return f"{name}_{what}" if what else name

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Tell what Milvus refuses in the block.

        Raises:
            ArchiveWriteFailed: it refused, or it went away.
        """
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            raise ArchiveWriteFailed(
                f"The index {self.address} cannot be written ({_reason(error)}); what was committed before is intact."
            ) from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Tell what Milvus refuses in the block.

        Raises:
            ArchiveError: it refused, or it went away.
        """
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            raise ArchiveError(
                f"The index {self.address} cannot be searched ({_reason(error)}); if it is running, run: "
                "pullquote check --repair"
            ) from error

    def query(
        self, what: str, condition: str, fields: Sequence[str], *, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Return up to `limit` rows (at most `MOST_ROWS`) of a collection that meet a condition."""
        with self.reading():
            return list(
                self.client.query(
                    self.collection(what),
                    filter=condition,
                    output_fields=list(fields),
                    limit=limit or MOST_ROWS,
                    consistency_level="Strong",
                )
            )

    def count(self, what: str, condition: str) -> int:
        """Return how many rows of a collection meet a condition."""
        with self.reading():
            found = self.client.query(
                self.collection(what), filter=condition, output_fields=["count(*)"], consistency_level="Strong"
            )
            return int(found[0]["count(*)"])

    def upsert(self, what: str, rows: Sequence[dict[str, Any]]) -> None:
        """Put rows into a collection, in the place of those with the same keys.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        with self.writing():
            for first in range(0, len(rows), ROWS_A_MESSAGE):
                self.client.upsert(self.collection(what), list(rows[first : first + ROWS_A_MESSAGE]))

    def delete(self, what: str, condition: str) -> None:
        """Take the rows that meet a condition out of a collection.

        Raises:
            ArchiveWriteFailed: Milvus refused, or went away.
        """
        with self.writing():
            self.client.delete(self.collection(what), filter=condition)

    def close(self) -> None:
        """Let go of the connection, and of the file with the last one."""
        if not self._is_open:
            return
        self._is_open = False
        with _opening:
            self.client.close()
            _open_files[self.address.uri] -= 1
            if self.address.is_file and not _open_files[self.address.uri]:
                from milvus_lite.server_manager import server_manager_instance

                server_manager_instance.release_server(self.address.uri)


def _reason(error: Exception) -> str:
    """Return what an error says, on one line."""
    message = str(getattr(error, "message", "") or error) or type(error).__name__
    return " ".join(message.split())[:300]
