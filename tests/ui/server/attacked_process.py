"""`pullquote chat` without models, for tests that attack it: over a small archive, with what `serve` really puts up.

Arguments: the archive's folder, then options of the chat. In a process of its own, which ends when it is killed.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).parents[1:3]]
from fakes import CapitalReader, HashEmbedder  # noqa: E402

if __name__ == "__main__":
    import pullquote.index.archive
    import pullquote.qa.engine

    pullquote.index.archive.SentenceTransformerEmbedder = lambda name: HashEmbedder()
    # The archive was made with an object; here its name finds one.
    pullquote.index.archive._OWN_EMBEDDER = ""
    pullquote.qa.engine.load_reader = lambda name: CapitalReader()

    from pullquote.ui.cli.app import main

    sys.argv = ["pullquote", "chat", "--archive", sys.argv[1], "--port", "0", *sys.argv[2:]]
    main()
