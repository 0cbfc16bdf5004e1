"""Adds a file to an archive in small batches, printing what is committed, until it ends or is killed.

    python kill_driver.py ARCHIVE SOURCE DELAY_S [optimize]

With `optimize` the archive's lexical index is rewritten, again and again, instead.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pullquote.index.adding import adding
from pullquote.index.archive import Archive
from pullquote.reports import AddProgress

from fakes import HashEmbedder

adding.BATCH_PASSAGES = adding.WORDS_FIRST_PASSAGES = 6


class SlowEmbedder(HashEmbedder):
    def embed_passages(self, texts, *, progress=None):
        time.sleep(DELAY_S)
        return super().embed_passages(texts, progress=progress)


def tell(at: AddProgress) -> None:
    print("committed", at.articles, at.passages, flush=True)


DELAY_S = float(sys.argv[3])
archive = Archive.open(sys.argv[1], create=True, embedder=SlowEmbedder())
print("ready", flush=True)
if sys.argv[4:] == ["optimize"]:
    while True:
        archive.optimize()
archive.add([sys.argv[2]], progress=tell)
print("done", flush=True)
