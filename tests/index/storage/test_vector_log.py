from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed
from pullquote.index.storage.vector_log import VectorLog


@pytest.fixture
def log(tmp_path: Path) -> VectorLog:
    return VectorLog(tmp_path / "vectors.f16", 2)


def rows(*values: tuple[float, float]) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_rows_come_back_in_float16(log: VectorLog):
    log.append(rows((0.5, -1.0), (0.1, 2.0)), 0)
    # The float16 next to 0.1 is 0.0999755859375.
    assert log.read(0, 2).tolist() == [[0.5, -1.0], [0.0999755859375, 2.0]]
    assert log.read(1, 2).tolist() == [[0.0999755859375, 2.0]]
    assert log.read(2, 2).shape == (0, 2)
    assert log.file.read_bytes() == np.array([0.5, -1.0, 0.1, 2.0], dtype="<f2").tobytes()


def test_what_lies_behind_the_committed_rows_is_written_over_and_cut_off(log: VectorLog):
    log.append(rows((1, 1)), 0)
    log.append(rows((9, 9), (9, 9), (9, 9)), 1)  # a batch that is never committed
    assert log.rows_on_disk() == 4
    log.append(rows((2, 2)), 1)
    assert log.rows_on_disk() == 2
    assert log.read(0, 2).tolist() == [[1, 1], [2, 2]]


def test_half_a_row_of_a_torn_write_is_written_over(log: VectorLog):
    log.append(rows((1, 1)), 0)
    with log.file.open("ab") as stream:
        stream.write(b"\xff\xff\xff")
    assert log.rows_on_disk() == 1
    log.append(rows((2, 2)), 1)
    assert log.read(0, 2).tolist() == [[1, 1], [2, 2]]


def test_a_short_or_missing_file_is_damage(log: VectorLog):
    assert log.rows_on_disk() == 0
    assert log.read(0, 0).shape == (0, 2)
    with pytest.raises(ArchiveDamaged, match="check --repair"):
        log.read(0, 1)
    log.append(rows((1, 1), (2, 2)), 0)
    os.truncate(log.file, 7)
    assert log.read(0, 1).tolist() == [[1, 1]]
    with pytest.raises(ArchiveDamaged, match="fewer than the 2 vectors"):
        log.read(0, 2)


@pytest.mark.parametrize("call", ["open", "fsync"])
def test_a_full_disk_leaves_the_committed_rows(log: VectorLog, monkeypatch: pytest.MonkeyPatch, call: str):
    log.append(rows((1, 1)), 0)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(ArchiveWriteFailed, match=r"No space left on device.*before is intact"):
            log.append(rows((2, 2)), 1)
    assert log.read(0, 1).tolist() == [[1, 1]]
    log.append(rows((3, 3)), 1)
    assert log.read(0, 2).tolist() == [[1, 1], [3, 3]]


finite = st.floats(-1, 1, width=16)


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(
        st.tuples(hnp.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(3)), elements=finite), st.booleans()),
        max_size=8,
    )
)
def test_only_committed_batches_are_read_whatever_was_interrupted(tmp_path_factory, batches):
    log = VectorLog(tmp_path_factory.mktemp("log") / "vectors.f16", 3)
    kept = np.empty((0, 3), dtype=np.float32)
    for vectors, committed in batches:
        log.append(vectors, len(kept))
        if committed:
            kept = np.concatenate([kept, vectors])
        assert np.array_equal(log.read(0, len(kept)), kept)
