"""Freed memory is kept for the next batch, and given back when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Frees blocks of 8 MiB as a layer's outputs are, and counts how many pages had to be found anew.
_COUNT_FAULTS = """
import resource, sys
import numpy as np
from pullquote.index.embedding.memory import give_back, keep_freed
if sys.argv[1] == "kept":
    keep_freed()
def use():
    held = [np.ones(1 << 20) for _ in range(8)]
    del held
use()
if sys.argv[1] == "given back":
    keep_freed()
    use()
    give_back()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(1 if sys.argv[1] == "given back" else 10):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", _COUNT_FAULTS, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told what to keep")
def test_freed_memory_is_kept_until_it_is_given_back():
    kept = faults("kept")
    assert kept * 10 < faults("as ever")
    assert kept < faults("given back")
