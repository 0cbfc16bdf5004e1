"""The path that a proxy puts the chat at: kept or cut off, and what is no path."""

import anyio
import pytest

from pullquote.errors import InputError
from pullquote.ui.server.middleware.root_path import RootPath, checked_root


def passed_on(path, *, kind="http", root="/pq"):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    anyio.run(RootPath(app, root=root), {"type": kind, "path": path, "raw_path": path.encode()}, None, None)
    return seen[0]


@pytest.mark.parametrize(
    ("path", "known_as"),
    [
        ("/pq/config", "/pq/config"),
        ("/config", "/pq/config"),
        ("/", "/pq/"),
        ("/pq/", "/pq/"),
        ("/pq", "/pq"),
        ("/pqr", "/pq/pqr"),
        ("/pq/pq/x", "/pq/pq/x"),
    ],
)
def test_a_path_begins_with_the_root_path(path, known_as):
    scope = passed_on(path)
    assert (scope["path"], scope["raw_path"], scope["root_path"]) == (known_as, known_as.encode(), "/pq")


def test_what_is_no_request_and_a_chat_at_the_root_are_left_alone():
    assert passed_on("/x", kind="lifespan")["path"] == "/x"
    assert "root_path" not in passed_on("/x", root="")


@pytest.mark.parametrize(
    ("given", "root"), [("", ""), ("/", ""), ("/pq", "/pq"), ("/pq/", "/pq"), ("/a/b-c.d/", "/a/b-c.d")]
)
def test_a_slash_at_the_end_is_none(given, root):
    assert checked_root(given) == root


@pytest.mark.parametrize("given", ["pq", "https://news.example/pq", "/p q", "/../x", "/a//b", "/a?b", "/é", "/%41"])
def test_what_is_no_path_is_refused(given):
    with pytest.raises(InputError, match="--root-path takes a path such as /pq, not "):
        checked_root(given)
