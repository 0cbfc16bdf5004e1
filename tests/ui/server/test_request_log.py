"""The chat's log: a line each, without what was asked unless it is wanted, and nothing else where it is JSON."""

import json
import logging
import re
import sys
import time

import anyio
import pytest
from starlette.responses import PlainTextResponse

from pullquote.errors import ArchiveDamaged, InputError
from pullquote.ui.server.middleware.logged_requests import LoggedRequests
from pullquote.ui.server.middleware.refusals import refuse
from pullquote.ui.server.outcomes import noted, status_of
from pullquote.ui.server.rate_limit import TooManyQuestions
from pullquote.ui.server.request_log import LogFormat, note, request_log


def test_a_line_has_time_kind_status_milliseconds_and_visitor(capsys):
    with request_log(LogFormat.TEXT), noted("question", visitor="10.0.0.7", question="Who leads?"):
        pass
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z question 200 \d+ ms 10\.0\.0\.7\n", capsys.readouterr().err
    )


@pytest.mark.parametrize("form", [LogFormat.TEXT, LogFormat.JSON])
@pytest.mark.parametrize("wanted", [False, True])
def test_what_was_asked_is_shown_only_where_it_is_wanted(capsys, form, wanted):
    with request_log(form, questions=wanted), noted("question", visitor="ines", question="Who leads\nthe “inquiry”?"):
        pass
    told = capsys.readouterr().err
    assert ("inquiry" in told) is wanted
    assert told.count("\n") == 1


def test_every_line_of_json_is_an_object_whoever_writes_it(capsys):
    with request_log(LogFormat.JSON):
        note("upload", status=200, begun=time.perf_counter(), visitor="ines", path="/gradio_api/upload")
        print("pullquote: two\nlines", file=sys.stderr)
        logging.getLogger("uvicorn.error").error("Exception in ASGI application")
        with pytest.raises(ZeroDivisionError), noted("question", visitor="ines"):
            raise ZeroDivisionError("a bug")
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(row["what"], row.get("status"), row.get("message")) for row in rows] == [
        ("upload", 200, None),
        ("note", None, "pullquote: two"),
        ("note", None, "lines"),
        ("error", None, "Exception in ASGI application"),
        ("question", 500, None),
    ]
    assert rows[0]["path"] == "/gradio_api/upload"
    assert rows[-1]["traceback"].endswith("ZeroDivisionError: a bug")
    assert all(re.fullmatch(r"[0-9T:.-]+Z", row["time"]) for row in rows)


def test_nothing_is_written_where_the_log_is_off_or_has_ended(capsys):
    with request_log(LogFormat.NONE), noted("search", visitor="ines"):
        pass
    with request_log(LogFormat.TEXT):
        pass
    with noted("search", visitor="ines"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TooManyQuestions(2.0), 429),
        (InputError("Empty."), 400),
        (ArchiveDamaged("Damaged."), 503),
        (ValueError("a bug"), 500),
        (GeneratorExit(), 499),
    ],
)
def test_the_status_of_what_went_wrong(error, status):
    assert status_of(error) == status


def requested(app, path, *, method="GET", root=""):
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        pass

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [],
        "query_string": b"x=1",
        "client": ("::1", 9),
    }
    anyio.run(LoggedRequests(app, root=root), scope, receive, send)


def answering(status):
    return PlainTextResponse("", status_code=status)


async def _refusing(scope, receive, send):
    await refuse(scope, receive, send, 429, "Too many long texts at once; try again in 3 seconds.", retry_after_s=3)


@pytest.mark.parametrize(
    ("app", "path", "method", "line"),
    [
        (answering(200), "/", "GET", "page 200 MS ::1 /"),
        (answering(200), "/pq/", "GET", "page 200 MS ::1 /pq/"),
        (answering(403), "/gradio_api/upload", "POST", "upload 403 MS ::1 /gradio_api/upload"),
        (answering(400), "/login", "POST", "sign-in 400 MS ::1 /login"),
        (answering(404), "/wp\nadmin", "GET", "refused 404 MS ::1 /wp admin"),
        (answering(503), "/x", "GET", "refused 503 MS ::1 /x"),
        (answering(500), "/x", "GET", "error 500 MS ::1 /x"),
        (_refusing, "/x", "POST", "refused 429 MS ::1 /x Too many long texts at once; try again in 3 seconds."),
        (answering(200), "/assets/index.js", "GET", ""),
        (answering(200), "/health", "GET", ""),
    ],
)
def test_requests_that_have_a_line(capsys, app, path, method, line):
    with request_log(LogFormat.TEXT):
        requested(app, path, method=method, root="/pq")
    told = capsys.readouterr().err
    assert re.sub(r"\d+ ms", "MS", told.partition(" ")[2].rstrip("\n")) == line


def test_a_question_over_the_api_has_one_line(capsys):
    async def endpoint(scope, receive, send):
        with noted("question", visitor="ines"):
            pass
        await answering(400)(scope, receive, send)

    with request_log(LogFormat.TEXT):
        requested(endpoint, "/gradio_api/run/ask", method="POST")
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["question"]
