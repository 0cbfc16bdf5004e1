"""Opens the archive of a gold set's articles, telling what happens, and holds it until a line comes in.

    python cache_driver.py GOLD DELAY_S

Embedding takes DELAY_S; the cache is the folder that PULLQUOTE_CACHE names.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pullquote.eval.gold import archives as gold_archive
from pullquote.eval.gold.formats import load
from pullquote.index import archive

from fakes import HashEmbedder


class SlowEmbedder(HashEmbedder):
    def embed_passages(self, texts, *, progress=None):
        print("embedding", flush=True)
        time.sleep(DELAY_S)
        return super().embed_passages(texts, progress=progress)

    def embed_query(self, text):
        return HashEmbedder().embed_query(text)


DELAY_S = float(sys.argv[2])
archive.SentenceTransformerEmbedder = lambda name: SlowEmbedder()
gold_archive.has_fast_bfloat16 = lambda: False

with gold_archive.gold_archive(load(Path(sys.argv[1])), tell=lambda sentence: print(sentence, flush=True)) as opened:
    print("open", opened.info().articles, opened.path, flush=True)
    sys.stdin.readline()
    print("found", len(opened.search("Mara Lind")), flush=True)
