"""`pullquote` over the fakes of tests/ui, in a process that refuses to connect to any other machine."""

import ipaddress
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ui"))
import ui_fakes

# Long enough for a second visitor to ask meanwhile.
_SLOW_S = 1.5
_connect = socket.socket.connect


def _connect_here_only(self, address):
    if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
        print(f"CONTACTED {address[0]}", file=sys.stderr, flush=True)
        raise OSError("not in this test")
    return _connect(self, address)


class _Engine(ui_fakes.FakeEngine):
    def ask(self, question, **bounds):
        if "slowly" in question:
            time.sleep(_SLOW_S)
        if not self.warm:
            raise RuntimeError("asked before the models were loaded")
        return super().ask(question, **bounds)


class _Patch:
    def setitem(self, where, key, value):
        where[key] = value


if __name__ == "__main__":
    socket.socket.connect = _connect_here_only
    ui_fakes.install(_Patch())
    sys.modules["pullquote.qa.engine"].Engine = _Engine

    from pullquote.ui.cli import main

    main()
