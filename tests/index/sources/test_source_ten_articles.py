"""Ten articles in, ten out, in every format that has several: whole texts, days and outlets."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from pullquote.articles import Article

from made_files import docx, epub, mail, mbox, odt, rtf, warc, xlsx, zipped

OUTLET = "Vell Courier"
DAYS = [dt.date(2031, 5, number) for number in range(1, 11)]
TITLES = [f"Mill number {number} opens in Vell" for number in range(1, 11)]
BODIES = [
    [
        f"The mayor of Vell, Ines Cole, opened mill number {number} on Monday “after nine years” of work.",
        f"It cost {number} million crowns, said Aldo Brandt, who chairs the board of the mills.",
    ]
    for number in range(1, 11)
]


def nexis_uni() -> list[str]:
    lines = ["User Name: Reader", "Job Number: 1", "Documents (10)", *(f"{n}. {t}" for n, t in enumerate(TITLES, 1))]
    for title, day, body in zip(TITLES, DAYS, BODIES, strict=True):
        lines += [
            title,
            OUTLET,
            f"May {day.day}, 2031 {day:%A}",
            "Copyright 2031 Vell Courier Ltd. All Rights Reserved",
        ]
        lines += ["Section: NEWS; Pg. 4", "Length: 88 words", "Byline: Ann Roe", "Body", *body]
        lines += ["Classification", "Language: ENGLISH", "Load-Date: May 20, 2031", "End of Document"]
    return lines


def nexis_academic() -> str:
    text = "Download Request: Selected Items: 1-10\nTime Of Request: Tuesday, May 20, 2031\n\n"
    for number, (title, day, body) in enumerate(zip(TITLES, DAYS, BODIES, strict=True), start=1):
        text += f"\n\n      {number} of 10 DOCUMENTS\n\n\n     {OUTLET}\n\n    May {day.day}, 2031 {day:%A}\n\n{title}"
        text += "\n\nBYLINE: Ann Roe\n\nSECTION: NEWS; Pg. 1\n\nLENGTH: 88 words\n\n" + "\n\n".join(body)
        text += "\n\nLOAD-DATE: May 20, 2031\n\nLANGUAGE: ENGLISH\n\n    Copyright 2031 Vell Courier Ltd.\n"
    return text


def factiva_displayed() -> list[str]:
    lines = []
    for number, (title, day, body) in enumerate(zip(TITLES, DAYS, BODIES, strict=True)):
        lines += [title, "By Ann Roe", "88 words", f"{day.day} May 2031", "08:00 GMT", OUTLET, "VELLC", "4", "English"]
        lines += [
            "Copyright 2031, Vell Courier. All Rights Reserved.",
            *body,
            f"Document VELLC0002031050{number}ea210000{number}",
        ]
    return [*lines, "Search Summary", "Text", "mill"]


def factiva_coded() -> list[str]:
    lines = []
    for number, (title, day, body) in enumerate(zip(TITLES, DAYS, BODIES, strict=True)):
        lines += ["SE News", f"HD {title}", "BY By Ann Roe", "WC 88 words", f"PD {day.day} May 2031", f"SN {OUTLET}"]
        lines += [
            "SC VELLC",
            "LA English",
            "LP",
            body[0],
            "TD",
            body[1],
            "IN i98 : Mills | ifood : Food",
            "NS gcat : News",
        ]
        lines += [f"AN Document VELLC0002031050{number}ea210000{number}"]
    return lines


def proquest() -> str:
    text = "Table of contents\n\n"
    for number, (title, day, body) in enumerate(zip(TITLES, DAYS, BODIES, strict=True), start=1):
        text += (
            f"{'_' * 60}\n\nDocument {number} of 10\n\n{title}\n\nAuthor: Roe, Ann\n\nPublication info: {OUTLET} ; Vell"
        )
        text += f" [Vell]{day.day:02} May 2031: A.1.\n\nAbstract: A mill opens.\n\nFull text: " + "\n\n".join(body)
        text += f"\n\nSubject: Mills\n\nTitle: {title}\n\nPublication title: {OUTLET}"
        text += f"\n\nPublication date: May {day.day}, 2031"
        text += f"\n\nProQuest document ID: {number}\n\nDocument URL: https://proquest.example/{number}\n\n"
    return text + "_" * 60 + "\n\nContact us at: http://proquest.example Copyright 2031 ProQuest LLC."


def page(number: int) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{TITLES[number]}</title>'
        f'<meta property="og:site_name" content="{OUTLET}"><meta property="article:published_time" '
        f'content="{DAYS[number]}T10:00:00+02:00"></head><body><article><h1>{TITLES[number]}</h1>'
        + "".join(f"<p>{one}</p>" for one in BODIES[number])
        + "</article></body></html>"
    )


def html_of(paragraphs: list[str]) -> str:
    return "<html><body>" + "".join(f"<div>{one}</div>" for one in paragraphs) + "</body></html>"


def nitf(number: int) -> str:
    body = "".join(f"<p>{one}</p>" for one in BODIES[number])
    return (
        f'<nitf><head><docdata><date.issue norm="{DAYS[number]:%Y%m%d}T100000+0200"/></docdata>'
        f'<pubdata name="{OUTLET}"/></head>'
        f"<body><body.head><hedline><hl1>{TITLES[number]}</hl1></hedline></body.head><body.content>{body}"
        "</body.content></body></nitf>"
    )


def newsml() -> str:
    items = ""
    for title, day, body in zip(TITLES, DAYS, BODIES, strict=True):
        items += (
            f'<newsItem guid="urn:{day}" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/><provider>'
            f"<name>{OUTLET}</name></provider><versionCreated>{day}T10:00:00+02:00</versionCreated></itemMeta><contentMeta><headline>"
            f'{title}</headline></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml">'
            '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head><body>'
            + "".join(f"<p>{one}</p>" for one in body)
            + "</body></html></inlineXML></contentSet></newsItem>"
        )
    return f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{items}</itemSet></newsMessage>'


def rows() -> list[list[str]]:
    header = ["Title", "Publication title", "Publication date", "Full text"]
    return [header, *([t, OUTLET, f"{d}", "\n\n".join(b)] for t, d, b in zip(TITLES, DAYS, BODIES, strict=True))]


def ninjs() -> str:
    items = [
        {
            "uri": f"urn:{day}",
            "type": "text",
            "versioncreated": f"{day}T10:00:00+02:00",
            "headlines": [{"role": "main", "value": title}],
            "bodies": [{"contenttype": "text/html", "value": "".join(f"<p>{one}</p>" for one in body)}],
            "infosources": [{"name": OUTLET}],
        }
        for title, day, body in zip(TITLES, DAYS, BODIES, strict=True)
    ]
    return json.dumps(items, indent=0)


MAILS = [
    mail(title, "\n\n".join(body), day=f"{day:%a}, {day.day} May 2031 07:00:00 +0200", number=number)
    for number, (title, day, body) in enumerate(zip(TITLES, DAYS, BODIES, strict=True))
]

FILES: dict[str, bytes | str] = {
    "uni.docx": docx(nexis_uni()),
    "uni.rtf": rtf(nexis_uni()),
    "uni.odt": odt(nexis_uni()),
    "uni.txt": "\n\n".join(nexis_uni()),
    "uni.html": html_of(nexis_uni()),
    "academic.txt": nexis_academic(),
    "academic.html": html_of(nexis_academic().split("\n\n")),
    "factiva.txt": "\n".join(factiva_displayed()),
    "factiva.rtf": rtf(factiva_displayed()),
    "factiva.html": html_of(factiva_displayed()),
    "coded.rtf": rtf(factiva_coded()),
    "coded.txt": "\n\n".join(factiva_coded()),
    "proquest.txt": proquest(),
    "proquest.docx": docx(proquest().split("\n\n")),
    "a.mbox": mbox(MAILS),
    "mails.zip": zipped({f"{number}.eml": data for number, data in enumerate(MAILS)}),
    "pages.zip": zipped({f"saved/{number}.html": page(number) for number in range(10)}),
    "a.warc": warc([(f"https://courier.example/{number}", page(number)) for number in range(10)]),
    "a.wacz": zipped(
        {
            "datapackage.json": "{}",
            "pages/pages.jsonl": '{"url": "https://courier.example/1"}\n',
            "archive/data.warc": warc([(f"https://courier.example/{number}", page(number)) for number in range(10)]),
        }
    ),
    "a.epub": epub({f"{number}.xhtml": page(number) for number in range(10)}),
    "nitf.zip": zipped({f"{number}.xml": nitf(number) for number in range(10)}),
    "a.xml": newsml(),
    "a.xlsx": xlsx({"Articles": rows()}),
    "ninjs.json": ninjs(),
}


@pytest.mark.parametrize("name", FILES)
def test_ten_in_ten_out(read, name):
    found = read(name, FILES[name])
    assert [item for item in found if not isinstance(item, Article)] == []
    assert [item.title for item in found] == TITLES
    assert [item.published for item in found] == DAYS
    assert {item.outlet for item in found} == {OUTLET}
    for item, title, body in zip(found, TITLES, BODIES, strict=True):
        whole = "\n\n".join(body)
        assert item.text in (whole, f"{title}\n\n{whole}")
        assert item.title_in_text in (None, (0, len(title)))
    assert len({item.source for item in found}) == 10


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("uni", "academic", "factiva", "coded"))])
def test_bylines_of_exports(read, name):
    assert {item.authors for item in read(name, FILES[name])} == {("Ann Roe",)}
