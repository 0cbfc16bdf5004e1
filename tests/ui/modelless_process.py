"""`pullquote` without models over real archives, in a process of its own, in small batches and never in a hurry.

Arguments: those of `pullquote`. The first archive that is added to is made with the embedder without weights.
"""

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from fakes import CapitalReader, HashEmbedder

# Whoever runs the tests under nohup passes on that SIGHUP is ignored.
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# How long it takes to read for a question, and to embed a batch for `add`.
READING_S, EMBEDDING_S = (float(os.environ.get(name, "0")) for name in ("READING_S", "EMBEDDING_S"))
# What an engine asks itself once it is loaded.
WARM_UP = "Who?"


class SlowEmbedder(HashEmbedder):
    def embed_passages(self, texts, *, progress=None):
        time.sleep(EMBEDDING_S)
        return super().embed_passages(texts, progress=progress)


class SlowReader(CapitalReader):
    def read(self, question, passages, *, spans=5):
        if READING_S and question != WARM_UP:
            print(f"READING {question}", file=sys.stderr, flush=True)
            time.sleep(READING_S)
        return super().read(question, passages, spans=spans)


if __name__ == "__main__":
    import pullquote.index.adding.adding
    import pullquote.index.archive
    import pullquote.qa.engine

    pullquote.index.adding.adding.BATCH_PASSAGES = 6
    pullquote.index.adding.adding.WORDS_FIRST_PASSAGES = 6
    pullquote.index.archive.SentenceTransformerEmbedder = lambda name: SlowEmbedder()
    # An archive that was made with an object is opened by that name.
    pullquote.index.archive._OWN_EMBEDDER = ""
    pullquote.qa.engine.load_reader = lambda name: SlowReader()

    from pullquote.ui.cli.app import main

    main()
