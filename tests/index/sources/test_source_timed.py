"""Calls in a process that can be ended. The light task is a function that loads nothing: processes start faster."""

from __future__ import annotations

import sys

import pytest

from pullquote.index.sources import timed
from pullquote.index.sources.files import Unreadable

PAGE = (
    b"<html><head><title>Mill opens</title></head><body><article><p>"
    + b"The mayor of Vell opened the new mill on Monday. " * 3
    + b"</p></article></body></html>"
)

LIGHT = ("decoding:declared_charset", b'<meta charset="x-odd">')


@pytest.fixture
def process(monkeypatch):
    """A process of this test's own."""
    own = timed._TimedProcess()
    monkeypatch.setattr(timed, "_PROCESS", own)
    yield own
    own.end()


def test_it_gives_what_the_function_gives(process):
    assert timed.timed_call("formats.webpage:page_record", PAGE)["text"].startswith("The mayor of Vell opened")


def test_one_process_is_used_again(process):
    timed.timed_call(*LIGHT)
    first = process._process.pid
    timed.timed_call(*LIGHT)
    assert process._process.pid == first


def test_what_the_function_raises_is_the_reason(process):
    with pytest.raises(Unreadable, match="has no article text on its page"):
        timed.timed_call("formats.webpage:page_record", b"<html><body>x</body></html>")


@pytest.mark.skipif(sys.platform == "win32", reason="the processor's time can't be bounded there")
def test_what_takes_too_long_is_ended_and_the_next_call_works(process):
    slow = b"<html><body " + b" ".join(b"a%d=1" % n for n in range(60_000)) + PAGE[12:]
    with pytest.raises(Unreadable, match="takes more than the 1 seconds allowed for its size"):
        timed.timed_call("formats.webpage:page_record", slow, limit_s=1.0)
    assert timed.timed_call(*LIGHT) == "x-odd"


def test_what_doesnt_answer_by_the_clock_is_ended(process, monkeypatch):
    sleeping = timed._START.replace("serve()", "timed._function = lambda _: lambda _: time.sleep(60); timed.serve()")
    sleeping = sleeping.replace("import serve", "import timed").replace("sources.timed import", "sources import")
    monkeypatch.setattr(timed, "_START", f"import time; {sleeping}")
    monkeypatch.setattr(timed, "_CLOCK_FACTOR", 0.0)
    with pytest.raises(Unreadable, match="takes more than"):
        timed.timed_call(*LIGHT)


def test_a_process_that_went_is_started_again(process):
    timed.timed_call(*LIGHT)
    process._process.kill()
    process._process.wait()
    assert timed.timed_call(*LIGHT) == "x-odd"


def test_a_crash_costs_the_input_that_made_it(process, monkeypatch):
    aborting = timed._START.replace("serve()", "timed._function = lambda _: lambda _: os.abort(); timed.serve()")
    aborting = aborting.replace("import serve", "import timed").replace("sources.timed import", "sources import")
    monkeypatch.setattr(timed, "_START", f"import os; {aborting}")
    with pytest.raises(Unreadable, match=r"made its reader crash \(exit code -?\d+\)"):
        timed.timed_call(*LIGHT)
    monkeypatch.undo()
    process.end()
    assert process.call(*LIGHT, 20.0) == "x-odd"


def test_where_no_process_can_be_started_the_call_is_made_here(process, monkeypatch):
    monkeypatch.setattr(timed.subprocess, "Popen", lambda *_, **__: (_ for _ in ()).throw(OSError("no processes")))
    assert timed.timed_call("formats.webpage:page_record", PAGE)["title"] == "Mill opens"
    assert process._process is None
    with pytest.raises(Unreadable, match="has no article text"):
        timed.timed_call("formats.webpage:page_record", b"<html><body>x</body></html>")


def test_a_process_that_never_gets_ready_is_done_without(process, monkeypatch):
    monkeypatch.setattr(timed, "_START", "raise SystemExit(3)")
    assert timed.timed_call(*LIGHT) == "x-odd"
    assert process._process is None


def test_what_is_stopped_while_it_starts_is_not_called_here_instead(process, monkeypatch):
    monkeypatch.setattr(process, "_wait", lambda _: process.end())
    with pytest.raises(Unreadable, match="is not read, since reading was stopped"):
        timed.timed_call(*LIGHT)
    monkeypatch.undo()
    assert process.call(*LIGHT, 20.0) == "x-odd"


def test_it_ends_with_whoever_called(process):
    timed.timed_call(*LIGHT)
    child = process._process
    child.stdin.close()
    assert child.wait(timeout=30) == 0


def test_big_inputs_may_take_longer():
    assert timed.time_limit_s(0) == 20
    assert timed.time_limit_s(10_000_000) == 70
