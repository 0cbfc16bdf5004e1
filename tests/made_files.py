"""Small files of every format, made here: documents, mails, archives. Each function returns a file's bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from xml.sax.saxutils import escape

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"

Placed = tuple[float, float, float, str]
"""Size of the type, place from the left and from below in points, and the words."""


def zipped(files: Mapping[str, bytes | str], *, stored: Iterable[str] = ()) -> bytes:
    """Return a ZIP file; the names in `stored` aren't compressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2031, 5, 4, 0, 0, 0)), data, kind)
    return packed.getvalue()


def docx(paragraphs: Sequence[str], *, body: str = "") -> bytes:
    """Return a Word document of these paragraphs, and of `body`, which is XML."""
    text = "".join(f"<w:p><w:r><w:t>{escape(one)}</w:t></w:r></w:p>" for one in paragraphs)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}" xmlns:mc="http://schemas.openxmlformats.org/'
            f'markup-compatibility/2006"><w:body>{text}{body}</w:body></w:document>',
        }
    )


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    """Return a document that is a ZIP file with another part of this name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({**{one: archive.read(one) for one in archive.namelist()}, name: part}, stored=["mimetype"])


def part_of(data: bytes, name: str) -> bytes:
    """Return a part of a document that is a ZIP file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def odt(paragraphs: Sequence[str], *, body: str = "") -> bytes:
    """Return an OpenDocument text of these paragraphs, and of `body`, which is XML."""
    text = "".join(f"<text:p>{escape(one)}</text:p>" for one in paragraphs)
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<office:document-content xmlns:office="{_OPEN}:office:1.0" xmlns:text="{_OPEN}:text:1.0" '
            f'xmlns:table="{_OPEN}:table:1.0"><office:body><office:text>{text}{body}</office:text></office:body>'
            "</office:document-content>",
        },
        stored=["mimetype"],
    )


def rtf(paragraphs: Sequence[str]) -> bytes:
    """Return an RTF document of these paragraphs; what isn't ASCII is written as RTF has it."""
    coded = (
        "".join(c if c.isascii() and c not in "\\{}" else f"\\u{ord(c)}?" for c in paragraph)
        for paragraph in paragraphs
    )
    return ("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times;}}\n" + "\\par\n".join(coded) + "\\par}").encode("ascii")


def pdf(pages: Sequence[Sequence[Placed]], *, info: str = "", picture: bool = False) -> bytes:
    """Return a PDF; a page without words has a picture where `picture` is true, else nothing on it."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, words in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        drawn = "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for size, x, y, text in words)
        if not words and picture:
            drawn = "100 100 200 200 re f\n"
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
    objects.append(f"<< {info} >>")
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode("cp1252")
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    return data + head + table + f"{trailer}\nstartxref\n{len(data)}\n%%EOF\n".encode()


def column(
    lines: Sequence[str], left: float = 50, top: float = 780, size: float = 10, pitch: float = 12
) -> list[Placed]:
    """Return lines below one another, as a page of `pdf` has them."""
    return [(size, left, top - pitch * number, line) for number, line in enumerate(lines)]


def epub(chapters: Mapping[str, str], *, metadata: str = "") -> bytes:
    """Return an EPUB of chapters, by name, each of XHTML; `metadata` is XML in Dublin Core's words."""
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata><manifest>{items}</manifest>'
            f"<spine>{spine}</spine></package>",
            **{f"OPS/{name}": page for name, page in chapters.items()},
        },
        stored=["mimetype"],
    )


def xlsx(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return a spreadsheet of sheets, by name, each of rows of texts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
            for number in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, start=1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + "</Relationships>",
    }
    for number, rows in enumerate(sheets.values(), start=1):
        written = "".join(
            f'<row r="{at}">'
            + "".join(
                f'<c r="{chr(65 + place)}{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
                for place, value in enumerate(row)
                if value
            )
            + "</row>"
            for at, row in enumerate(rows, start=1)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{written}</sheetData></worksheet>'
        )
    return zipped(parts)


def mail(
    subject: str,
    text: str,
    *,
    html: str = "",
    day: str = "Sun, 04 May 2031 07:00:00 +0200",
    sender: str = "Vell Courier <news@courier.example>",
    attachments: Mapping[str, bytes] | None = None,
    number: int = 1,
) -> bytes:
    """Return a mail as it is saved in a file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Date"] = sender, "r@reader.example", subject, day
    message["Message-ID"] = f"<{number}@courier.example>"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in (attachments or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes(policy=SMTP)


def mbox(mails: Iterable[bytes]) -> bytes:
    """Return a mailbox of mails."""
    return b"".join(
        b"From news@courier.example Sun May  4 07:00:00 2031\n"
        + one.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        + b"\n\n"
        for one in mails
    )


def mhtml(page: str, address: str, *, day: str = "Mon, 05 May 2031 09:00:00 +0200") -> bytes:
    """Return a page as browsers save it with its pictures."""
    head = (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {address}\r\nSubject: page\r\nDate: {day}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b1"\r\n\r\n'
    )
    parts = (
        f'--b1\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Location: {address}\r\n\r\n{page}\r\n'
        "--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Location: https://courier.example/a.png\r\n\r\niVBORw0KGgo=\r\n--b1--\r\n"
    )
    return (head + parts).encode()


def warc(pages: Sequence[tuple[str, str]], *, captured: str = "2031-05-05T09:00:00Z", status: str = "200 OK") -> bytes:
    """Return a web archive of pages by address, with a record about itself and a picture."""
    records = [_record("warcinfo", b"software: made by a test\r\n", {"Content-Type": "application/warc-fields"})]
    picture = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG"
    kind = {"WARC-Date": captured, "Content-Type": "application/http; msgtype=response"}
    records.append(_record("response", picture, {"WARC-Target-URI": "https://courier.example/a.png", **kind}))
    for address, page in pages:
        body = page.encode()
        answer = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        records.append(_record("response", answer.encode() + body, {"WARC-Target-URI": address, **kind}))
    return b"".join(records)


def _record(kind: str, block: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {"WARC-Type": kind, "WARC-Record-ID": "<urn:uuid:1>", "WARC-Date": "2031-05-05T09:00:00Z", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"WARC/1.0\r\n{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"
