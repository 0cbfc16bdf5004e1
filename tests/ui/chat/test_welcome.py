"""The first screen: what the archive holds, its newest headlines, nothing of them markup."""

import json

import pytest

from pullquote import Archive
from pullquote.ui.chat.archive_facts import archive_facts
from pullquote.ui.chat.welcome import welcome

from fakes import HashEmbedder

DAYS = ("2031-05-01", "2031-06-09", None, "2031-06-08", "2031-05-30", "2031-06-09", "2031-04-01")


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder()) as opened:
        yield opened


def add(archive, tmp_path, *rows):
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    archive.add([file])


def row(number, day):
    words = " ".join(f"{word}{number}" for word in ("ferry", "harbour", "council", "herring", "bridge"))
    return {"id": f"a{number}", "title": f"Headline {number}", "text": f"Report of {words}.", "published": day}


def test_the_newest_come_first(archive, tmp_path):
    add(archive, tmp_path, *(row(number, day) for number, day in enumerate(DAYS)))
    assert [article.id for article in archive_facts(archive).newest] == ["a1", "a5", "a3", "a4"]


def test_reprints_under_one_headline_are_shown_once(archive, tmp_path):
    add(
        archive,
        tmp_path,
        *(row(number, "2031-05-04") | {"title": "One storm"} for number in range(30)),
        row(40, "2031-05-01"),
    )
    assert [article.title for article in archive_facts(archive).newest] == ["One storm", "Headline 40"]


def test_an_archive_without_days_or_articles_shows_no_headlines(archive, tmp_path):
    facts = archive_facts(archive)
    assert facts.newest == ()
    assert "<p>0 articles</p>" in welcome(facts)
    add(archive, tmp_path, row(1, None))
    html = welcome(archive_facts(archive))
    assert "<p>1 article</p>" in html
    assert "pq-newest" not in html


def test_a_headline_has_outlet_and_day_and_opens_its_article(archive, tmp_path):
    add(archive, tmp_path, {**row(1, "2031-05-04"), "outlet": "Harbour Courier"})
    assert welcome(archive_facts(archive)).endswith(
        '<button type="button" class="pq-headline" data-pq="cite" data-article="a1">'
        '<span class="pq-cite-title">Headline 1</span> '
        '<span class="pq-note">Harbour Courier · <time datetime="2031-05-04">4 May 2031</time></span></button>'
        "</li></ul></section></div>"
    )


def test_questions_to_try_stand_above_the_headlines(archive, tmp_path):
    text = "It rained on the Corrin Isles, said Hanne Osterby."
    add(archive, tmp_path, {**row(1, "2031-05-04"), "text": text})
    html = welcome(archive_facts(archive))
    assert html.index("Who is Hanne Osterby?") < html.index("Headline 1")
    button = '<button type="button" class="pq-button" data-pq="reask" data-understood="'
    assert html.count(button) == 2
    assert f'{button}What is the latest on the Corrin Isles?">What is the latest on the Corrin Isles?</button>' in html


def test_nothing_of_an_article_is_markup(archive, tmp_path):
    attack = '"><img src=x onerror=pwned(1)>'
    add(archive, tmp_path, {**row(1, "2031-05-04"), "id": attack, "title": attack, "outlet": attack})
    html = welcome(archive_facts(archive))
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=pwned(1)&gt;") == 3
