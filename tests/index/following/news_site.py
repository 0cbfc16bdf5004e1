"""A small news site on this machine, for what follows feeds and sitemaps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = "The port authority of Varn said on Friday that the ferry to Brask would sail again from {}. "


def page(title: str, when: str = "Sunday", *, charset: str = "utf-8", extra: str = "") -> bytes:
    """Return an article's page."""
    html = (
        f"<!doctype html><html lang=en><head><meta charset={charset}><title>{title}</title>"
        f'<meta property="article:published_time" content="2031-05-04">{extra}</head>'
        f"<body><article><h1>{title}</h1><p>{BODY.format(when)}</p>"
        f"<p>Mara Lind, who chairs the authority of Varn – Malmö, called the delay “a nuisance for everybody”.</p>"
        "</article></body></html>"
    )
    return html.encode(charset, "replace")


def feed(*addresses: tuple[str, str]) -> bytes:
    """Return a feed of (address, day of change)."""
    items = "".join(
        f"<item><title>t</title><link>{address}</link>{f'<pubDate>{day}</pubDate>' if day else ''}</item>"
        for address, day in addresses
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Post</title>{items}</channel></rss>'.encode()
    )


def sitemap(*addresses: tuple[str, str], kind: str = "urlset", entry: str = "url") -> bytes:
    """Return a sitemap of (address, day of change)."""
    entries = "".join(
        f"<{entry}><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{entry}>"
        for address, day in addresses
    )
    return (
        f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'
    ).encode()


@dataclass
class Answer:
    """What the site answers: a status, a body, headers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None


class Site:
    """Answers by path; what isn't there is 404. Notes (path, conditional) of each request."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, bool]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                conditional = self.headers["If-None-Match"]
                site.asked.append((self.path, conditional is not None))
                answer = site.pages.get(self.path, Answer(b"no such page", 404))
                if answer.before:
                    answer.before()
                tag = answer.headers.get("ETag")
                unchanged = tag is not None and tag == conditional
                self.send_response(304 if unchanged else answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                body = b"" if unchanged else answer.body
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return self.origin + path

    def paths(self) -> list[str]:
        """Return the paths asked for since the last call, but for robots.txt."""
        asked, self.asked = [path for path, _ in self.asked if path != "/robots.txt"], []
        return asked

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
