"""What mutation starts from: small good inputs of every format, and the tokens that formats turn on. All invented."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # run as a script, only this folder is looked through

from made_files import column, docx, epub, mail, mbox, mhtml, odt, part_of, pdf, rtf, warc, xlsx, zipped

STORY = (
    "Mill opens after nine years\n\nBy Ann Roe and Bo Lee\n\nThe mayor of Vell, Ines Cole, opened "
    "the new mill on Monday "
    "(see below). It cost 4.2 million crowns, she said.\n\nShare this article\n\n“We waited nine "
    "years,” said Aldo Brandt, "
    "who chairs the board. Dr. A. Smith agreed: “It is a start.”\n\n- flour: 12 crowns\n- bran: 3 crowns\n\n"
    "[Read more](https://courier.example/mill) · Sign up for our newsletter\n\n© 2031 The Vell "
    "Courier. All rights reserved."
)
FRONT = (
    "title: Mill opens\noutlet: The Vell Courier\npublished: 2031-05-04\n"
    "authors: [Ann Roe, Bo Lee]\ntags: {a: [b, c]}\n"
)
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Mill opens | The Vell Courier</title>'
    '<meta property="og:site_name" content="The Vell Courier"><link rel="canonical" '
    'href="https://courier.example/mill">'
    '<meta property="article:published_time" content="2031-05-04T10:00:00+02:00"><script type="application/ld+json">'
    '{"@type":"NewsArticle","headline":"Mill opens","datePublished":"2031-05-04","author":[{"@type":"Person","name":'
    '"Ann Roe"}]}</script></head><body><nav><ul><li><a href="/">Home</a></li></ul></nav><article><h1>Mill opens</h1>'
    "<p>The mayor of Vell opened the new mill on Monday. It cost 4.2 million crowns, she said.</p><ul><li>flour</li>"
    "<li>bran</li></ul><blockquote><p>We waited nine "
    "years.</p></blockquote><table><tr><td>a</td><td>1</td></tr></table>"
    "<p>Aldo Brandt, who chairs the board, said that the work would last for years to come.<br>It did.</p></article>"
    "</body></html>"
)
# A copy that a web archive keeps, of a page with two articles, linked data with a slip, and garbled letters.
COPY = (
    "<html><head><title>Mill opens - Courier</title><link rel='canonical' "
    "href='https://web.archive.org/web/20310504101112/https://courier.example/mill'>"
    '<script type=\'application/ld+json\'>{"@graph": [{"@type": "LiveBlogPosting", "isAccessibleForFree": false,'
    '"liveBlogUpdate": [{"headline": "Update 1"}],},]}</script>'
    "<meta name='author' content='Roe, Ann, Lee, Bo'></head>"
    "<body><div id='wm-ipp-base'>14 captures</div><main><article><h2><span class='kicker'>Vell</span>Mill opens</h2>"
    "<div class='article-body'><p>The mayor of Vell opened the new mill on Monday. It cost 4.2 million "
    "crowns.</p></div>"
    "<figure><figcaption>The mill. Photo: Ann Roe</figcaption></figure><div class='article-body'><p>Aldo Brandt, who "
    "chairs the board, said that the cafÃ© of the mill would stay, and last for years to come.</p></div></article>"
    "<article><h2><a href='/ferry'>Ferry sails</a></h2><time datetime='2031-05-03T23:30:00Z'>4 May 2031</time><p>The "
    "ferry to Brask sailed on Sunday for the first time since the storm of January, the port authority said.</p><p>It "
    "carried 412 passengers on its first day, said Mara Lind, who chairs the authority, and was full.</p></article>"
    "</main></body></html><!-- FILE ARCHIVED ON 10:11:12 May 04, 2031 AND RETRIEVED FROM THE INTERNET ARCHIVE -->"
)
RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Vell '
    "Courier</title><item><title>Mill "
    "opens</title><link>https://courier.example/1</link><guid>m1</guid><pubDate>Sun, 04 May 2031 "
    "10:00:00 +0200</pubDate>"
    "<author>a@courier.example (Ann Roe)</author><dc:creator>Bo Lee</dc:creator><description>The mill &amp; the mayor."
    "</description><content:encoded><![CDATA[<p>The mayor opened the mill.</p><p>It cost 4.2 million.</p>]]>"
    "</content:encoded></item><item><title>Fares</title><description>A ticket costs 12 crowns.</description></item>"
    "</channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Vell Courier</title><id>f</id><entry><title>Mill</title>'
    '<link href="https://courier.example/1"/><id>e1</id><updated>2031-05-04T10:00:00Z</updated><author><name>Ann Roe'
    '</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The mill opened.</p></div>'
    "</content></entry></feed>"
)
ROWS = [
    {
        "text": STORY,
        "title": "Mill opens",
        "published": "2031-05-04T10:00:00Z",
        "authors": ["Ann Roe"],
        "tags": [["a"]],
    },
    {"text": "A return ticket costs 12 crowns.", "url": "https://courier.example/2", "size": 1.5, "id": 7},
    {"text": "Rain all week.", "outlet": "The Vell Courier", "language": "en", "published": "4 May 2031"},
]
LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
TABLE = (
    'Title,Text,authors,published\nMill,"The mill ""Vell""\nopened.",Ann Roe,2031-05-04\nFares,12 crowns a ticket,,\n'
)
PARAGRAPHS = STORY.split("\n\n")
NITF = (
    '<nitf><head><docdata><date.issue norm="20310504T100000Z"/><doc-id id-string="1"/></docdata><pubdata name="Vell"/>'
    "</head><body><body.head><hedline><hl1>Mill opens</hl1></hedline><byline>By <person>Ann Roe</person></byline>"
    "</body.head><body.content><p>The mill opened.</p><hl2>Cost</hl2><p>4 million.</p></body.content></body></nitf>"
)
NEWSML = (
    '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="urn:1" xml:lang="en"><itemMeta>'
    '<itemClass qcode="ninat:text"/><provider literal="Vell"/><versionCreated>2031-05-04T10:00:00Z</versionCreated>'
    "</itemMeta><contentMeta><headline>Mill opens</headline></contentMeta><contentSet><inlineXML><html><body><p>It "
    "opened.</p></body></html></inlineXML></contentSet></newsItem></itemSet></newsMessage>"
)
NEXIS = (
    "1 of 2 DOCUMENTS\n\nVell Courier\n\nMay 4, 2031 Sunday\n\nMill opens\n\nBYLINE: Ann Roe\n\nLENGTH: 8 words\n\nIt "
    "opened.\n\nLOAD-DATE: May 5, 2031\n\n2 of 2 DOCUMENTS\n\nVell Courier\n\nMay 5, 2031\n\nFares\n\nLENGTH: 8 "
    "words\n\n"
    "They rise."
)
FACTIVA = (
    "HD Mill opens\n\nBY Ann Roe\n\nWC 8 words\n\nPD 4 May 2031\n\nSN Courier\n\nLP It opened.\n\nTD It cost 4 "
    "million.\n\n"
    "AN Document VELLC00020310504ea2100001\n\nFares rise\n\n8 words\n\n5 May 2031\n\nCourier\n\n(c) 2031 "
    "Courier\n\nThey rise."
    "\n\nDocument VELLC00020310504ea2100002"
)
PROQUEST = (
    "____________________________________________________________\n\nMill opens\n\nAuthor: Roe, Ann\n\n"
    "Publication info: "
    "Courier ; Vell [Vell]04 May 2031: A.1.\n\nFull text: It opened.\n\nSubject: Mills\n\nProQuest document ID: 1"
)
NINJS = {
    "uri": "urn:1", "headlines": [{"value": "Mill"}], "bodies": [{"contenttype": "text/html", "value": "<p>It.</p>"}],
    "versioncreated": "2031-05-04T10:00:00Z", "infosources": [{"name": "Vell"}], "by": "Ann Roe",
}  # fmt: skip
ANSWER = {"articles": [{"source": {"name": "Vell"}, "author": "Ann Roe", "title": "Mill", "content": "It opened."}]}
CHAPTER = f"<html><head><title>x</title></head><body><h1>Mill</h1><p>{STORY}</p></body></html>"
DATES = (
    "2031-05-04",
    "2031-05-04T10:00:00+02:00",
    "Sun, 04 May 2031 10:00:00 GMT",
    "May 4, 2031 at 10:15 a.m. EDT",
    "dim., 4 mai 2031 10:00:00 +0200",
    "04 May 31 10:00 GMT",
)
QUESTIONS = (
    "Who chairs the board of the Vell mill?",
    "And when was she appointed?",
    "Which is older, the Vell mill or the Ardmere mill?",
    "What did Ines Cole say about the “new mill” on 4 May 2031?",
    "How many crowns did it cost, and who paid for that?",
    "What about its harbour?",
)


def seeds() -> dict[str, list[bytes]]:
    """Return the inputs of each family of targets."""
    return {
        "text": [f"---\n{FRONT}---\n{STORY}".encode(), STORY.encode(), f"# Mill opens #\n\n{STORY}".encode("utf-16")],
        "front": [FRONT.encode(), b"title: |\n  Mill\n  opens\nx: &a [1, *a]\n", b'title: "Mill \\u00e9"\n? a\n: b\n'],
        "page": [PAGE.encode(), COPY.encode(), PAGE.replace("utf-8", "iso-8859-1").encode("latin-1")],
        "feed": [RSS.encode(), ATOM.encode()],
        "lines": [LINES.encode(), ("\ufeff" + LINES).encode()],
        "json": [json.dumps(ROWS).encode(), json.dumps(ROWS[0], indent=1).encode()],
        "table": [TABLE.encode(), TABLE.replace(",", ";").encode(), TABLE.replace(",", "\t").encode()],
        "word": [docx(PARAGRAPHS), docx(PARAGRAPHS[:1])],
        "opendocument": [odt(PARAGRAPHS)],
        "word text": [part_of(docx(PARAGRAPHS), "word/document.xml")],
        "opendocument text": [part_of(odt(PARAGRAPHS), "content.xml")],
        "book": [part_of(epub({"a.xhtml": ""}, metadata="<dc:title>Vell</dc:title>"), "OPS/book.opf")],
        "sheet": [part_of(xlsx({"A": [["title", "text"], ["Mill", STORY]]}), "xl/worksheets/sheet1.xml")],
        "rtf": [rtf(PARAGRAPHS)],
        "pdf": [pdf([column(PARAGRAPHS[2][:400].split(". ")), [], column(["Fares rise."])])],
        "epub": [epub({"a.xhtml": CHAPTER}, metadata="<dc:title>Vell</dc:title>")],
        "spreadsheet": [xlsx({"A": [["title", "text"], ["Mill", STORY]]})],
        "mail": [
            mail("Mill", STORY, html=f"<p>{STORY}</p>", attachments={"a.txt": STORY.encode()}),
            mail("Mill", "Hm."),
        ],
        "mailbox": [mbox([mail("Mill", STORY), mail("Fares", "They rise.")])],
        "saved page": [mhtml(PAGE, "https://courier.example/mill")],
        "zip": [
            zipped({"a.txt": STORY, "b.jsonl": LINES}),
            zipped({"a.zip": zipped({"a.txt": STORY})}, stored=["a.zip"]),
        ],
        "web archive": [warc([("https://courier.example/1", PAGE)])],
        "news": [NITF.encode(), NEWSML.encode()],
        "export": [NEXIS.encode(), FACTIVA.encode(), PROQUEST.encode()],
        "export page": [
            PAGE.replace("<article>", f"<article class='article enArticle'><p>{one}</p>").encode()
            for one in ("</p><p>".join(NEXIS.split("\n\n")), "</p><p>".join(FACTIVA.split("\n\n")))
        ],
        "tools": [json.dumps(NINJS).encode(), json.dumps(ANSWER).encode()],
        "gzip": [gzip.compress(LINES.encode(), mtime=0), gzip.compress(STORY.encode(), mtime=0)],
        "date": [date.encode() for date in DATES],
        "byline": [b"By Ann Roe, Bo Lee and Cy Poe", b"Roe, Ann; Lee, Bo", b"Smith and Sons with files from AP"],
        "prose": [STORY.encode(), " ".join([STORY] * 3).encode()],
        "question": [question.encode() for question in QUESTIONS],
        "markup": [b"<p>The <b>mill</b> opened.<br>It cost &pound;4 &amp; more.</p><ul><li>a<li>b</ul>", PAGE.encode()],
    }


# What parsers decide on; a mutation inserts, repeats and nests these.
TOKENS: tuple[bytes, ...] = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        "---\n", "\n\n", "\r\n", "\t", " " * 40, "# ", "[", "]", "{", "}", "(", ")", "](", '"', "'", "“", "”", "‘",
        "’", "\\", "\\u", "\\ud800", "\\UFFFFFFFF", "\\x", "&", "&#xD800;", "&#0;", "&#x110000;", "&lt;", "&a;", "<",
        ">", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?xml ", "?>", "<!DOCTYPE ", '<!ENTITY a "b">', "<p>", "</p>",
        "<div>", "<li>", "<blockquote>", "<table><tr><td>", "<br>", "<script>", '<script type="application/ld+json">',
        "</script>", "<item>", "</item>", "<entry>", "</rss>", "</feed>", ",", ";", ":", ": ", "- ", "? ", "| ",
        "|\n", "> ", "&a ", "*a ", "!!int ", "%YAML 1.1\n", "@", "1e999", "-1e999", "NaN", "Infinity", "-0", "9" * 30,
        "9" * 5000, "0x", "null", "true", "\0", "\x1b", "\ufeff", "\u2028", "\u0301" * 20, "\u200b", "\u202e",
        "\ud800", "𝒜", "é", "ß", "charset=hex", "charset=utf-7", 'encoding="utf-16"', 'encoding="rot13"',
        "published: ", '"published": ',
        "From a Sun May  4 07:00:00 2031\n", "\nSubject: ", "Content-Type: multipart/mixed; boundary=b\n", "\n--b\n",
        "=?utf-8?B?", "{\\rtf1 ", "\\par ", "\\u-9999?", "\\'e9", "PK\x03\x04", "PK\x01\x02", "%PDF-1.7\n",
        "endobj\n", "stream\n", "BT /F1 1 Tf 9 9 Td (a) Tj ET\n", "1 of 2 DOCUMENTS\n\n", "LENGTH: 8 words\n\n",
        "End of Document\n\n", "Body\n\n", "HD ", "TD ", "Document VELLC00020310504ea2100001\n\n", "_" * 30,
        "\n\nFull text: ", "WARC/1.0\r\n", "Content-Length: 99999999\r\n",
        "2031-02-30", "-99999999999999999999", "+9999", "99:99", "Juin 45",
        "Feb 29, 2031", "http://[::1", "javascript:", "By ", " and ", "Published ", "Share ", "Read more: ",
        "<h1>", "<article>", "</article>", "<figcaption>", "<span class='kicker'>", "â€œ", "Ã©",
        "\ufffd", "Page not found",
        "https://web.archive.org/web/2031/https:/", "Page saved with SingleFile url: x saved date: ", "; ", " | ",
        "Follow us on ", "© ", "The post ", " appeared first on ", "who ", "its ", "the mayor of ", "U.S. ", "Dr. ",
        "A. ", "... ", "said ", "?", "! ", "-", "–", "a.b@c.example ", "www.", "1,000 ",
    )
)  # fmt: skip
