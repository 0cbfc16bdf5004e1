"""A connection to Milvus: opened by address, its errors told as the archive's."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from pullquote.errors import ArchiveError
from pullquote.index.backends.base import BackEndAway
from pullquote.index.backends.milvus.address import TOKEN_VARIABLE, MilvusAddress

if TYPE_CHECKING:
    from pymilvus import MilvusClient

# How long a call may take, after which whoever asked is told: a search takes milliseconds, a message of 400 passages
# less than a second. Without a limit, pymilvus asks a dead server 75 times.
_ANSWER_WITHIN_S = 20
# Milvus Lite is no server that may be dead, and reads its file at the first search: beside other jobs, that of 180,000
# passages took longer than a server may take.
_FILE_ANSWERS_WITHIN_S = 300
# Of what builds or loads an index, which takes the longer, the more there is. It follows calls that were answered.
_BUILD_WITHIN_S = 600
_SLOW = {"flush", "load_collection", "compact"}
# Milvus gives at most so many rows to one query or search.
MOST_ROWS = 16_384
# Rows sent in one message, which may have 64 MB: a passage takes about 4 kB, and at most 140.
ROWS_A_MESSAGE = 400

# The kind of the one collection that isn't written anew.
STATE = "state"

# How many connections of this process are open to each file: the last one to close lets go of it.
_open_files: Counter[str] = Counter()
_opening = threading.Lock()


class Unreachable(ArchiveError):  # noqa: N818
    """Milvus doesn't answer: asking it once more takes as long again."""


def _missing(place: str, package: str) -> ArchiveError:
    return ArchiveError(
        f"An index in {place} needs the package {package}, which isn't installed; run: pip install 'pullquote[milvus]'"
    )


class MilvusConnection:
    """One client, and how its collections are named.

    Attributes:
        version: which writing of the index is asked: each time it is written anew, it gets collections of its own.
        loaded: the collections that Milvus was asked to load: it answers of no others.

    Raises:
        ArchiveError: pymilvus isn't installed, or nothing answers at the address.
    """

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise _missing("Milvus", "pymilvus") from error
        if address.is_file:
            try:
                import milvus_lite  # noqa: F401
            except ImportError as error:
                raise _missing("a file", "milvus-lite") from error
        with _opening:
            try:
                self.client: MilvusClient = MilvusClient(
                    uri=address.uri,
                    token=os.environ.get(TOKEN_VARIABLE, ""),
                    timeout=_ANSWER_WITHIN_S,
                    # Lite takes pings between calls for an attack, and says so on stderr.
                    grpc_options={"grpc.keepalive_permit_without_calls": False},
                )
                self._server = str(self.client.get_server_version(timeout=_ANSWER_WITHIN_S))
            except Exception as error:  # pymilvus raises grpc's, its own and Python's
                raise ArchiveError(self._unreachable(error)) from error
            _open_files[address.uri] += 1
        self._is_open = True
        self.version = 0
        self.loaded: set[str] = set()

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
        return "lite" in self._server

    def collection(self, what: str) -> str:
        """Return the name of one of the archive's collections; nobody else's is like it.

        The kind comes first, then the version, then the archive's name, which begins with no digit:
        `pullquote_KIND_VERSION_NAME`, and `pullquote_state_NAME`, which has no version.
        """
        if what == STATE:
            return f"pullquote_{what}_{self.address.name}"
        return f"pullquote_{what}_{self.version}_{self.address.name}"

    def ask(self, call: str, *given: Any, **options: Any) -> Any:
        """Return what a call of `MilvusClient` gives that reads.

        Raises:
            ArchiveError: Milvus refused, or doesn't answer.
        """
        with self._told(writes=False):
            return self._call(call, *given, **options)

    def tell(self, call: str, *given: Any, **options: Any) -> Any:
        """Return what a call of `MilvusClient` gives that writes.

        Raises:
            BackEndAway: Milvus refused, or doesn't answer.
        """
        with self._told(writes=True):
            return self._call(call, *given, **options)

    def _call(self, call: str, *given: Any, **options: Any) -> Any:
        usual = _FILE_ANSWERS_WITHIN_S if self.address.is_file else _ANSWER_WITHIN_S
        limit = _BUILD_WITHIN_S if call in _SLOW else usual
        return getattr(self.client, call)(*given, timeout=limit, **options)

    @contextlib.contextmanager
    def _told(self, *, writes: bool) -> Iterator[None]:
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError) as error:  # pymilvus passes some of grpc's on as they are
            if writes:
                self.not_written(error)
            answers = not isinstance(error, grpc.RpcError) and not isinstance(error.__cause__, grpc.RpcError)
            raise (ArchiveError if answers else Unreachable)(
                f"The index {self.address} cannot be searched ({_reason(error)}); if it is running, run: "
                "pullquote check --repair"
            ) from error

    def not_written(self, error: BaseException) -> NoReturn:
        """Tell that Milvus refused to write, or doesn't answer.

        Raises:
            BackEndAway: always.
        """
        raise BackEndAway(
            f"The index {self.address} cannot be written ({_reason(error)}); what was committed before is intact."
        ) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Tell what fails while somebody writes, also where only reading was asked for.

        Raises:
            BackEndAway: Milvus refused, or doesn't answer.
        """
        try:
            yield
        except ArchiveError as error:
            if type(error) not in (ArchiveError, Unreachable):  # what is damaged, altered or not written says so itself
                raise
            self.not_written(error.__cause__ or error)

    def query(
        self, what: str, condition: str, fields: Sequence[str], *, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Return up to `limit` rows (at most `MOST_ROWS`) of a collection that meet a condition."""
        return list(
            self.ask(
                "query",
                self.collection(what),
                filter=condition,
                output_fields=list(fields),
                limit=limit or MOST_ROWS,
                consistency_level="Strong",
            )
        )

    def count(self, what: str, condition: str) -> int:
        """Return how many rows of a collection meet a condition."""
        found = self.ask(
            "query", self.collection(what), filter=condition, output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(found[0]["count(*)"])

    def upsert(self, what: str, rows: Sequence[dict[str, Any]]) -> None:
        """Put rows into a collection, in the place of those with the same keys.

        Raises:
            BackEndAway: Milvus refused, or doesn't answer.
        """
        for first in range(0, len(rows), ROWS_A_MESSAGE):
            self.tell("upsert", self.collection(what), list(rows[first : first + ROWS_A_MESSAGE]))

    def delete(self, what: str, condition: str) -> None:
        """Take the rows that meet a condition out of a collection.

        Raises:
            BackEndAway: Milvus refused, or doesn't answer.
        """
        self.tell("delete", self.collection(what), filter=condition)

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


def _reason(error: BaseException) -> str:
    """Return what an error says, on one line."""
    message = str(getattr(error, "message", "") or error) or type(error).__name__
    return " ".join(message.split())[:300]
