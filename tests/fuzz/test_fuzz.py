"""That the fuzzing finds what it is for, and a few inputs of every target. `make fuzz` runs the many."""

from __future__ import annotations

import contextlib
import random

import pytest

from pullquote.errors import InputError
from pullquote.index.sources import timed

from corpus import TOKENS, seeds
from fuzzing import HANG_S, Tally, fuzz, run_one
from mutations import MAX_BYTES, mutated
from targets import CONTAINED, TARGETS, Target


@pytest.fixture
def here(monkeypatch):
    """Pages and feeds are read in this process."""
    timed.end_process()
    monkeypatch.setattr(timed._PROCESS, "can_start", False)


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs_of_every_target(here, name, capsys):
    tally = fuzz({name: TARGETS[name]}, inputs=20, seconds=None, seed=3, findings=None)[name]
    assert (tally.inputs, dict(tally.raised)) == (20, {})
    assert capsys.readouterr().out.startswith(name)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_is_good_as_it_stands(here, name):
    target = TARGETS[name]
    reasons: list[str] = []
    for data in seeds()[target.family]:
        with contextlib.suppress(InputError):  # most dates aren't what a filter takes
            reasons += target.run(data)
    assert [reason for reason in reasons if reason.startswith(CONTAINED)] == []


def test_every_source_format_is_a_target():
    from pullquote.index.sources.files import FORMATS

    readers = {
        *("formats.text", "formats.webpage", "formats.jsonlines", "formats.table", "formats.feed", "formats.newsxml"),
        *("documents.pdf", "documents.word", "documents.opendocument", "documents.rich_text", "documents.epub"),
        *("documents.spreadsheet", "containers.mail", "containers.mailbox", "containers.webarchive"),
        "containers.zipped",
    }
    assert readers == set(FORMATS.values()), "give a new format its target"


def test_a_foreign_exception_is_found_and_kept(tmp_path):
    def failing(data: bytes) -> list[str]:
        raise KeyError(data)

    tally = Tally()
    run_one(Target("text", failing), b"x", tally, tmp_path)
    assert (tally.raised.total(), tally.clean) == (1, False)
    assert [file.read_bytes() for file in tmp_path.iterdir() if not file.suffix] == [b"x"]


def test_the_projects_own_errors_are_right():
    def refusing(data: bytes) -> list[str]:
        raise InputError("no")

    tally = Tally()
    run_one(Target("text", refusing), b"x", tally)
    assert (tally.inputs, tally.clean) == (1, True)


@pytest.mark.parametrize(("again_s", "hangs"), [(HANG_S + 0.1, 1), (0.1, 0)])
def test_what_hangs_twice_is_a_hang(monkeypatch, again_s, hangs):
    clock = iter((0.0, HANG_S + 1, 0.0, again_s))
    monkeypatch.setattr("fuzzing.time.process_time", lambda: next(clock))
    tally = Tally()
    run_one(Target("text", lambda _: []), b"x", tally)
    assert (tally.hangs, tally.clean) == (hangs, not hangs)


def test_what_only_the_first_input_waits_for_is_not_measured():
    seen = []
    tallies = fuzz(
        {"text": Target("text", lambda data: seen.append(data) or [])}, inputs=3, seconds=None, seed=1, findings=None
    )
    assert (tallies["text"].inputs, len(seen)) == (3, 4)


def test_what_was_contained_is_counted_by_kind():
    tally = Tally()
    reason = "cannot be read, because something in it is not as its format has it (KeyError: 'a')"
    run_one(Target("text", lambda _: [reason, "is empty"]), b"x", tally)
    assert dict(tally.contained) == {"KeyError": 1}


def test_mutations_are_the_same_for_the_same_seed():
    def some(seed: int) -> list[bytes]:
        rng = random.Random(seed)
        return [mutated(b"The mill opened.", rng, [b"x", b"yz"]) for _ in range(50)]

    assert some(1) == some(1) != some(2)
    assert all(len(data) <= MAX_BYTES for data in some(1))
    assert any(any(token in data for token in TOKENS) for data in some(1))
