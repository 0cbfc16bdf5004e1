"""One page at a time over HTTP: robots respected, each host left in peace between two requests, everything bounded.

Sources: RFC 9309 (robots.txt) and RFC 9110, section 13 (conditional requests).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

import pullquote
from pullquote.index.sources.files import MAX_ARTICLE_BYTES

USER_AGENT = f"pullquote/{pullquote.__version__}"
# Seconds between two requests to one host, unless its robots.txt asks for more.
DELAY_S = 1.0
# The most that a robots.txt is waited for: more is a wish to be left alone.
_LONGEST_DELAY_S = 60.0
_CONNECT_S, _SILENCE_S, _WHOLE_S = 10.0, 20.0, 60.0
MAX_ROBOTS_BYTES = 500_000
_MAX_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_GONE = (404, 410)
_NOT_MODIFIED = 304


class FetchFailed(Exception):  # noqa: N818 - internal: it becomes a Skipped, it never leaves the package
    """An address gave nothing that can be used; its text is the reason given to the user.

    Attributes:
        gone: the server says that there is no such page (any more).
        wait_s: after so many seconds the server may be asked again; None where it didn't say.
    """

    def __init__(self, reason: str, *, gone: bool = False, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.gone, self.wait_s = gone, wait_s


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a page the last time, for asking whether it has changed."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


NOTHING_KNOWN = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave.

    Attributes:
        url: where it was in the end, after redirects.
        body: as it came, content encodings taken off; None where it hasn't changed.
        headers: of the response, by lower-case name.
        status: its line, such as "200 OK".
        fetched: when, in UTC.
    """

    url: str
    body: bytes | None
    headers: tuple[tuple[str, str], ...]
    status: str
    fetched: dt.datetime

    @property
    def validators(self) -> Validators:
        """What to ask with the next time."""
        named = dict(self.headers)
        return Validators(named.get("etag", ""), named.get("last-modified", ""))


@dataclass(slots=True)
class _Host:
    rules: Protego
    delay_s: float
    asked: float = -1e9


class Fetcher:
    """Fetches pages, one request at a time.

    Args:
        delay_s: seconds between two requests to one host.
        sleep: waits for seconds.
        transport: what carries requests; None for the network.
    """

    def __init__(
        self,
        *,
        delay_s: float = DELAY_S,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._delay_s, self._sleep = delay_s, sleep
        timeout = httpx.Timeout(_SILENCE_S, connect=_CONNECT_S)
        self._client = httpx.Client(headers={"User-Agent": USER_AGENT}, timeout=timeout, transport=transport)
        self._hosts: dict[str, _Host] = {}

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, url: str, known: Validators = NOTHING_KNOWN) -> Fetched:
        """Return what is at an address, or that it hasn't changed since.

        Args:
            url: http or https.
            known: what the server said the last time.

        Raises:
            FetchFailed: robots.txt forbids it, nothing answers in time, or what is there can't be used.
        """
        seen: list[str] = []
        while True:
            if url in seen:
                raise FetchFailed("redirects to itself in a loop")
            if len(seen) > _MAX_REDIRECTS:
                raise FetchFailed(f"redirects more than {_MAX_REDIRECTS} times")
            seen.append(url)
            host = self._host(url)
            if not host.rules.can_fetch(url, USER_AGENT):
                raise FetchFailed("its site's robots.txt forbids fetching it")
            status, headers, body = self._get(url, host, known.headers(), MAX_ARTICLE_BYTES)
            if status in _MOVED and (target := dict(headers).get("location")):
                url = urljoin(url, target)
                continue
            break
        reason = httpx.codes.get_reason_phrase(status)
        if status != _NOT_MODIFIED and not 200 <= status < 300:
            raise FetchFailed(
                f"the server answers {status} {reason}".strip(), gone=status in _GONE, wait_s=_wait_s(dict(headers))
            )
        fetched = dt.datetime.now(dt.UTC).replace(microsecond=0)
        return Fetched(url, None if status == _NOT_MODIFIED else body, headers, f"{status} {reason}".strip(), fetched)

    def _host(self, url: str) -> _Host:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchFailed("is no address of the web (http or https)")
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._hosts:
            self._hosts[origin] = self._asked_robots(origin)
        return self._hosts[origin]

    def _asked_robots(self, origin: str) -> _Host:
        """Return the rules of a site: none where it has no robots.txt; nothing may be fetched where it fails."""
        asking = _Host(Protego.parse(""), self._delay_s)
        status, _, body = self._get(f"{origin}/robots.txt", asking, {}, MAX_ROBOTS_BYTES)
        if status >= 500:
            raise FetchFailed(f"its site's robots.txt can't be read (the server answers {status})")
        rules = Protego.parse(body.decode("utf-8", "replace") if 200 <= status < 300 else "")
        wished = float(rules.crawl_delay(USER_AGENT) or 0.0)
        return _Host(rules, max(self._delay_s, min(wished, _LONGEST_DELAY_S)), asking.asked)

    def _get(
        self, url: str, host: _Host, headers: dict[str, str], most: int
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Return (status, headers, body) of one request, after the host has been left in peace."""
        if (rest := host.asked + host.delay_s - time.monotonic()) > 0:
            self._sleep(rest)
        host.asked = time.monotonic()
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                body = _body(response, most)
                told = tuple((name.lower(), value) for name, value in response.headers.items())
                return response.status_code, told, body
        except httpx.TimeoutException as error:
            raise FetchFailed("doesn't answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise FetchFailed(f"can't be fetched ({str(error).strip() or type(error).__name__})") from error
        finally:
            host.asked = time.monotonic()


def _body(response: Any, most: int) -> bytes:
    begun, parts, size = time.monotonic(), [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > most:
            raise FetchFailed(f"has more than {most // 1000:,} kB")
        if time.monotonic() - begun > _WHOLE_S:
            raise FetchFailed(f"takes more than {_WHOLE_S:.0f} seconds")
        parts.append(part)
    return b"".join(parts)


def _wait_s(headers: dict[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
