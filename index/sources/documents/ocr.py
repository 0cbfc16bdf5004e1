"""Scans: pages that are pictures, read by ocrmypdf or tesseract where one of them is installed on this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from pullquote.index.sources.documents.extra import library
from pullquote.index.sources.files import Unreadable

# A page takes some seconds on one processor.
_LIMIT_S_PER_PAGE = 60.0
_MAX_LIMIT_S = 3 * 3600.0
_DOTS_PER_INCH = 300
_POINTS_PER_INCH = 72
# A newspaper's page at 300 dots an inch has 60 million.
_MAX_DOTS = 100_000_000


def with_text(data: bytes, pages: int) -> bytes:
    """Return a scan as a PDF that holds its words as text.

    Raises:
        Unreadable: neither program is installed, or it fails.
    """
    limit_s = min(_MAX_LIMIT_S, _LIMIT_S_PER_PAGE * max(1, pages))
    with tempfile.TemporaryDirectory(prefix="pullquote-") as folder:
        scan, read = Path(folder, "scan.pdf"), Path(folder, "read.pdf")
        if shutil.which("ocrmypdf"):
            scan.write_bytes(data)
            _run(["ocrmypdf", "--quiet", "--skip-text", "--output-type", "pdf", str(scan), str(read)], limit_s)
        elif shutil.which("tesseract"):
            names = _pictures(data, Path(folder))
            listed = Path(folder, "pages.txt")
            listed.write_text("\n".join(names), encoding="utf-8")
            _run(["tesseract", str(listed), str(read.with_suffix("")), "pdf"], limit_s)
        else:
            what = "its page is a picture" if pages == 1 else f"its {pages:,} pages are pictures"
            raise Unreadable(f"is a scan: {what} without text; install ocrmypdf or tesseract to have it read")
        return read.read_bytes()


def _run(command: list[str], limit_s: float) -> None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"is a scan, and {command[0]} took longer than the {limit_s:,.0f} seconds allowed") from error
    except OSError as error:
        raise Unreadable(f"is a scan, and {command[0]} can't be started ({error.strerror})") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[-120:]
        raise Unreadable(f"is a scan that {command[0]} can't read ({said or f'exit code {done.returncode}'})")


def _pictures(data: bytes, folder: Path) -> list[str]:
    """Write each page as a picture and return the files' names."""
    pdfium = library("pypdfium2", "a PDF")
    names = []
    try:
        document = pdfium.PdfDocument(data)
        for number in range(len(document)):
            page = document[number]
            width, height = page.get_size()
            scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, (_MAX_DOTS / max(1.0, width * height)) ** 0.5)
            name = folder / f"page-{number + 1}.png"
            page.render(scale=scale, grayscale=True).to_pil().save(name)
            names.append(str(name))
            page.close()
    except (pdfium.PdfiumError, ValueError, OSError) as error:
        raise Unreadable(f"is a scan with a page that can't be drawn ({str(error)[:120]})") from error
    return names
