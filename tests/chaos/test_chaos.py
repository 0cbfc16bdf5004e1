"""A little of `make chaos`: some of each kind, at the seeds that are pinned here."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pullquote.index.adding import adding

from chaos_archive import BATCH_PASSAGES
from chaos_disks import fill_disks
from chaos_flips import flip_bits
from chaos_kills import OPERATIONS, Killing
from fakes import HashEmbedder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "BATCH_PASSAGES", BATCH_PASSAGES)
    monkeypatch.setattr(adding, "WORDS_FIRST_PASSAGES", BATCH_PASSAGES)


def test_kills_and_torn_writes(tmp_path: Path):
    killing = Killing(tmp_path, HashEmbedder(), random.Random(11))
    for _ in range(8):
        for operation in OPERATIONS:
            killing.kill_one(operation)
    assert killing.tally.faults == []
    assert killing.tally.hit.total() > 10
    assert killing.tally.torn > 5


def test_flipped_bits(tmp_path: Path):
    told, faults = flip_bits(tmp_path, HashEmbedder(), random.Random(12), 60)
    assert faults == []
    assert "mended" in told


def test_full_disks(tmp_path: Path):
    told, faults = fill_disks(tmp_path, HashEmbedder(), random.Random(13), 25)
    assert faults == []
    assert "refused" in told
