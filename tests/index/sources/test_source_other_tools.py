"""JSON and tables as other tools write them."""

from __future__ import annotations

import datetime as dt
import json

import pytest

TEXT = "The mayor of Vell opened the new mill on Monday.\nIt cost 4 million crowns."
HTML = "<p>The mayor of Vell opened the new mill on Monday.</p><p>It cost 4 million crowns.</p>"
FROM_HTML = TEXT.replace("\n", "\n\n")
URL = "https://courier.example/mill"
DAY = "2031-05-04"

RECORDS: dict[str, tuple[dict[str, object], str | None]] = {
    "trafilatura": (
        {
            "title": "Mill opens",
            "author": "Ann Roe; Bo Lee",
            "hostname": "courier.example",
            "date": DAY,
            "id": None,
            "raw_text": "x",
            "text": TEXT,
            "language": "en",
            "source": URL,
            "source-hostname": "Vell Courier",
        },
        "Vell Courier",
    ),
    "news-please": (
        {
            "title": "Mill opens",
            "authors": ["Ann Roe", "Bo Lee"],
            "date_publish": f"{DAY} 10:00:00",
            "maintext": TEXT,
            "date_download": "2031-06-01 00:00:00",
            "source_domain": "courier.example",
            "url": URL,
            "language": "en",
        },
        "courier.example",
    ),
    "newspaper": (
        {
            "title": "Mill opens",
            "authors": ["Ann Roe", "Bo Lee"],
            "publish_date": f"{DAY}T10:00:00",
            "text": TEXT,
            "canonical_link": URL,
            "meta_lang": "en",
            "source_url": "https://courier.example",
            "lang": "en",
        },
        None,
    ),
    "Guardian": (
        {
            "id": "vell/2031/may/04/mill",
            "webTitle": "Mill opens",
            "webUrl": URL,
            "webPublicationDate": f"{DAY}T10:00:00Z",
            "fields": {
                "bodyText": TEXT,
                "byline": "Ann Roe and Bo Lee",
                "publication": "theguardian.example",
                "lang": "en",
            },
        },
        "theguardian.example",
    ),
    "NewsAPI": (
        {
            "source": {"id": None, "name": "Vell Courier"},
            "author": "Ann Roe, Bo Lee",
            "title": "Mill opens",
            "url": URL,
            "publishedAt": f"{DAY}T10:00:00Z",
            "content": TEXT,
            "language": "en",
        },
        "Vell Courier",
    ),
    "CC-News": (
        {
            "title": "Mill opens",
            "text": TEXT,
            "domain": "courier.example",
            "date": f"{DAY} 10:00:00",
            "url": URL,
            "description": "A mill.",
            "image_url": "https://courier.example/a.png",
            "language": "en",
            "author": "Ann Roe, Bo Lee",
        },
        "courier.example",
    ),
    "Elasticsearch": (
        {
            "_index": "news",
            "_source": {
                "headline": "Mill opens",
                "plain_text": TEXT,
                "byline": "By Ann Roe and Bo Lee",
                "link": URL,
                "pubDate": "Sun, 04 May 2031 10:00:00 +0200",
                "publisher": {"name": "Vell Courier"},
                "lang": "en",
            },
        },
        "Vell Courier",
    ),
    "linked data": (
        {
            "headline": "Mill opens",
            "articleBody": TEXT,
            "author": [{"name": "Ann Roe"}, {"name": "Bo Lee"}],
            "url": URL,
            "datePublished": DAY,
            "publisher": {"name": "Vell Courier"},
            "inLanguage": "en",
        },
        "Vell Courier",
    ),
    "ninjs 1": (
        {
            "uri": "urn:mill",
            "type": "text",
            "headline": "Mill opens",
            "byline": "By Ann Roe and Bo Lee",
            "language": "en",
            "versioncreated": f"{DAY}T10:00:00Z",
            "body_text": TEXT,
            "body_xhtml": HTML,
            "url": URL,
            "provider": "Vell Wire",
        },
        "Vell Wire",
    ),
}


@pytest.mark.parametrize("tool", RECORDS)
def test_records_of_other_tools(read, tool):
    record, outlet = RECORDS[tool]
    (article,) = read("a.jsonl", json.dumps(record))
    assert (article.title, article.text, article.url) == ("Mill opens", TEXT, URL)
    assert (article.published, article.authors, article.language) == (dt.date(2031, 5, 4), ("Ann Roe", "Bo Lee"), "en")
    assert (article.outlet, article.notes) == (outlet, ())


def test_ninjs_2_and_3(read):
    second = {
        "uri": "urn:mill",
        "headlines": [{"role": "slug", "value": "mill"}, {"role": "main", "value": "Mill opens"}],
        "bodies": [{"contenttype": "text/html", "value": HTML}, {"contenttype": "text/plain", "value": TEXT}],
        "versioncreated": f"{DAY}T10:00:00Z",
        "infosources": [{"name": "Vell Wire"}],
        "by": "Ann Roe",
    }
    third = {
        "uri": "urn:mill",
        "headlines": [{"value": "Mill opens"}],
        "bodies": [{"contentType": "text/html", "value": HTML}],
        "versionCreated": f"{DAY}T10:00:00Z",
        "copyrightHolder": "Vell Wire",
        "by": "Ann Roe",
    }
    for record, text in ((second, TEXT), (third, FROM_HTML)):
        (article,) = read("a.json", json.dumps(record))
        assert (article.id, article.title, article.text) == ("urn:mill", "Mill opens", text)
        assert (article.published, article.outlet, article.authors) == (dt.date(2031, 5, 4), "Vell Wire", ("Ann Roe",))
        assert "bodies" not in article.extra


def test_an_item_that_is_no_text(reason):
    assert reason("a.json", '{"uri": "urn:1", "type": "picture", "headline": "Mill"}') == (
        "is an item of type picture, which has no text"
    )


def test_own_keys_come_first_and_the_rest_is_kept(read):
    record = {"text": "One.", "body": "Two.", "title": "T", "headline": "H", "date": DAY, "desk": "city"}
    (article,) = read("a.jsonl", json.dumps(record))
    assert (article.text, article.title, article.published) == ("One.", "T", dt.date(2031, 5, 4))
    assert article.extra == {"body": "Two.", "headline": "H", "desk": "city"}


def test_markup_in_a_text_of_another_tool_is_read(read):
    (article,) = read("a.jsonl", json.dumps({"content": HTML}))
    assert article.text == FROM_HTML
    (article,) = read("b.jsonl", json.dumps({"content": "1 < 2 and <unknown> is kept & so is this"}))
    assert article.text == "1 < 2 and <unknown> is kept & so is this"


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda rows: {"status": "ok", "totalResults": 2, "articles": rows},
        lambda rows: {"response": {"status": "ok", "results": rows}},
        lambda rows: {"hits": {"total": 2, "hits": [{"_id": "1", "_source": row} for row in rows]}},
        lambda rows: {"data": rows},
    ],
)
def test_lists_in_an_answer_of_an_api(read, wrapped):
    first, bad, third = read("a.json", json.dumps(wrapped([{"body": "One."}, {"desk": "city"}, {"body": "Three."}])))
    assert (first.text, third.text) == ("One.", "Three.")
    assert bad.reason in ("article 2 has no text (its keys are desk)", "article 2 has no text (its keys are _id, desk)")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            {"title": "Mill", "content": "The mayor of … [+1830 chars]"},
            "holds only the beginning of its text, as NewsAPI",
        ),
        (
            {"url": URL, "seendate": "20310504T101500Z", "domain": "c.example", "title": "M"},
            "has no text (it is of a list of GDELT's",
        ),
        (
            {"stories_id": 1, "media_name": "C", "publish_date": DAY, "url": URL},
            "has no text (it is of a list of Media Cloud's",
        ),
        (
            {"web_url": URL, "abstract": "A", "lead_paragraph": "L"},
            "has no text (it is of a list of articles with their addresses and s",
        ),
        ({"url": URL, "title": "Mill"}, "has no text (it is of a list of articles with their titles and addresses"),
        ({"desk": "city", "size": 4}, "has no text (its keys are desk, size)"),
        ({"body": ""}, "has no text"),
        ({}, "has no text"),
    ],
)
def test_sets_without_full_texts_say_so(reason, record, expected):
    assert reason("a.jsonl", json.dumps(record)).startswith(expected)


def test_gdelt_dates_are_days(read):
    (article,) = read("a.jsonl", json.dumps({"text": TEXT, "seendate": "20310504T101500Z"}))
    assert article.published == dt.date(2031, 5, 4)


@pytest.mark.parametrize(
    "header",
    ["Title,Publication title,Publication date,Full text,Document URL", "headline;newspaper;pubdate;body;link"],
)
def test_columns_of_other_tools(read, header):
    delimiter = ";" if ";" in header else ","
    row = delimiter.join(("Mill opens", "Vell Courier", DAY, '"It opened."', URL))
    (article,) = read("a.csv", f"{header}\n{row}\n")
    assert (article.title, article.outlet, article.text, article.url) == (
        "Mill opens",
        "Vell Courier",
        "It opened.",
        URL,
    )
    assert article.published == dt.date(2031, 5, 4)


def test_tables_of_lists(reason):
    told = reason("a.csv", f"id,indexed_date,media_name,publish_date,title,url\n1,2,C,{DAY},Mill,{URL}\n")
    assert told.endswith("; it is a list of Media Cloud's: addresses without their texts")
    graph = "\t".join(["20310504101500-0", "20310504101500", "1", "courier.example", URL, *["x"] * 22])
    assert reason("a.tsv", graph + "\n").endswith("it is a knowledge graph of GDELT's: addresses without their texts")
