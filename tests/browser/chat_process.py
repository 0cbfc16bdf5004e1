"""`pullquote` with the models of chat_world.py, in a process that refuses to connect to any other machine."""

import ipaddress
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import chat_world
from fakes import HashEmbedder

# Long enough for a second visitor to ask meanwhile.
_SLOW_S = 2.0
_connect = socket.socket.connect


def _connect_here_only(self, address):
    if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
        print(f"CONTACTED {address[0]}", file=sys.stderr, flush=True)
        raise OSError("not in this test")
    return _connect(self, address)


class _Reader(chat_world.RuleReader):
    """Counts as loaded once it was warmed up; takes its time over a question that says so."""

    warm = False

    def __init__(self, name):
        pass

    def read(self, question, passages, *, spans=5):
        if question == "Who?":
            self.warm = True
        if not self.warm:
            raise RuntimeError("asked before the models were loaded")
        if "slowly" in question:
            time.sleep(_SLOW_S)
        return super().read(question, passages, spans=spans)


if __name__ == "__main__":
    socket.socket.connect = _connect_here_only

    import pullquote.index.archive
    import pullquote.qa.engine
    import pullquote.ui.chat.app
    from pullquote.ui.server.rate_limit import RateLimit

    pullquote.index.archive.SentenceTransformerEmbedder = lambda name: HashEmbedder()
    # The archive was made with an object; here its name finds one.
    pullquote.index.archive._OWN_EMBEDDER = ""
    pullquote.qa.engine.load_reader = _Reader
    # These visitors ask faster than people do.
    pullquote.ui.chat.app.RateLimit = lambda: RateLimit(per_minute=60_000, burst=10_000)

    from pullquote.ui.cli.app import main

    main()
