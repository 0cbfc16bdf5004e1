"""nginx and Caddy in front of a chat, with the lines that docs/deploying.md gives."""

import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

DEPLOYING = Path(__file__).parents[2] / "docs/deploying.md"
CHAT = "127.0.0.1:7860"
_START_S = 20.0
# Where Debian puts them; a user's PATH may lack the first.
_FOLDERS = "/usr/sbin:/usr/local/bin:/usr/bin"

# Browsers ask a site for its icon before they know of another.
_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location = /favicon.ico {{ return 204; }} {lines} }}
}}
"""
_CADDY = """
{{
  admin off
  auto_https off
  grace_period 1s
  storage file_system {folder}
}}
http://127.0.0.1:{port} {{
  bind 127.0.0.1
  respond /favicon.ico 204
  {lines}
}}
"""


def program(name):
    """Return the path of a proxy's program, or None."""
    return shutil.which(name, path=_FOLDERS)


def documented(language):
    """Return the lines that the page gives for a proxy; they must name the chat's usual address."""
    (lines,) = re.findall(rf"```{language}\n(.*?)```", DEPLOYING.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert CHAT in lines
    return lines


@contextmanager
def proxy(name, lines, chat, folder):
    """Give the address of a proxy, without a path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / name
    frame = _NGINX if name == "nginx" else _CADDY
    config.write_text(frame.format(folder=folder, port=port, lines=lines.replace(CHAT, chat)))
    options = ("-e", "stderr", "-c") if name == "nginx" else ("run", "--adapter", "caddyfile", "--config")
    told = (folder / "told").open("w+")
    process = subprocess.Popen([program(name), *options, str(config)], stderr=told, stdout=told, cwd=folder)
    try:
        _await(port, process, told)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=_START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        told.close()


def _await(port, process, told):
    late = time.monotonic() + _START_S
    while time.monotonic() < late and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    told.seek(0)
    raise AssertionError(f"the proxy did not start: {told.read()}")
