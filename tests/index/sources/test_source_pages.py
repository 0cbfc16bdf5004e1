"""What newsrooms' pages do to whoever reads them: each test is one page about invented places and people."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from lxml import html

from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.sources.fields.people import people_in
from pullquote.index.sources.pages.containers import join_body_parts

P = [
    "The harbour board of Brask voted six to three on Monday to dredge the old basin before the winter.",
    "Dredging will cost 3.4 million crowns, said Mara Lind, who chairs the board, and takes eleven weeks.",
    "Fishermen fear that the mud, which holds tin from the yard that closed in 1974, will reach the beds.",
    "The county laboratory in Varn took forty samples in March and will publish what it found on Friday.",
]
SITE = "<meta property='og:site_name' content='Harbour Post'>"
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in P)
TITLE = "Brask dredges its old basin"


def page(body: str, *, head: str = "", title: str = TITLE, lang: str = "en") -> str:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def article(body: str = BODY, heading: str = f"<h1>{TITLE}</h1>") -> str:
    return f"<article>{heading}{body}</article>"


def linked(*nodes: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


def meta(**named: str) -> str:
    return "".join(f'<meta name="{name}" content="{content}">' for name, content in named.items())


# -- paragraphs


def test_nested_blocks_are_paragraphs_of_their_own(read):
    long = [
        f"{paragraph} {n} of the speakers asked for more time, and the clerk noted it."
        for n, paragraph in enumerate(P * 3)
    ]
    nested = "".join(f"<p>{paragraph}</p>" for paragraph in long)
    (found,) = read("a.html", page(f'<main><div class="content"><div class="articleBody">{nested}</div></div></main>'))
    assert found.text.split("\n\n") == long


def test_words_of_neighbouring_blocks_stay_two_words(read):
    items = "<ul><li><a href='/x'>Cost</a><p>3.4 million crowns</p></li><li><h4>Weeks</h4><p>eleven</p></li></ul>"
    (found,) = read("a.html", page(article(BODY + items)))
    assert found.text.endswith("Cost 3.4 million crowns\nWeeks eleven")


def test_sentences_in_elements_that_a_style_makes_blocks_are_not_glued(read):
    spans = "".join(f'<span class="line">{text}</span>' for text in P)
    styled = "".join(f'<strong style="display: block">{text[:-1]}</strong>' for text in P)
    (found,) = read("a.html", page(article(f"<div>{spans}</div><div>{styled}</div>")))
    assert "winter. Dredging" in found.text
    assert "winter Dredging" in found.text


def test_a_large_first_letter_belongs_to_its_word(read):
    first = f"<p><span style='display:block;float:left'>{P[0][0]}</span>{P[0][1:]}</p>"
    (found,) = read("a.html", page(article(first + BODY.replace(P[0], P[1]))))
    assert P[0] in found.text


def test_two_line_breaks_end_a_paragraph(read):
    (found,) = read("a.html", page(f"<div class='text'><h1>{TITLE}</h1>{'<br> <br>'.join(P)}</div>"))
    assert found.text.split("\n\n")[-4:] == P


def test_a_page_laid_out_by_a_table_has_paragraphs(read):
    cell = "".join(f"<p>{text}</p>" for text in P * 2)
    (found,) = read("a.html", page(f"<table><tr><td><a href='/'>Home</a></td><td>{cell}</td></tr></table>"))
    assert found.text.split("\n\n")[-4:] == P


def test_an_item_of_a_list_within_a_list_is_said_once(read):
    items = "<ul><li>Boats over ten metres pay<ul><li>forty crowns in summer</li></ul></li></ul>"
    (found,) = read("a.html", page(article(BODY + items + P[0])))
    assert found.text.count("forty crowns in summer") == 1


def test_each_caption_of_a_gallery_is_a_paragraph(read):
    captions = [f"Picture {n}: the old basin of Brask in {1920 + n}. Photo: Ann Roe" for n in range(6)]
    figures = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{c}</figcaption></figure>" for n, c in enumerate(captions)
    )
    (found,) = read("a.html", page(article(f"<p>A century of mud.</p>{figures}")))
    assert found.text.split("\n\n") == [TITLE, "A century of mud.", *captions]
    assert found.text[slice(*found.title_in_text)] == TITLE


def test_a_body_in_several_containers_is_read_whole(read):
    parts = [[f"{paragraph} That was point {n} of part {m}." for n, paragraph in enumerate(P)] for m in range(3)]
    boxes = (
        "<div class='article__body'>"
        + "".join(f"<p>{text}</p>" for text in part)
        + "</div><div class='ad'>Advert</div>"
        for part in parts
    )
    (found,) = read("a.html", page(f"<main><div class='content'><h1>{TITLE}</h1>{''.join(boxes)}</div></main>"))
    assert [text for text in found.text.split("\n\n") if text != TITLE] == [text for part in parts for text in part]
    assert found.notes == ()


def test_what_the_page_states_and_does_not_print_is_noted(read):
    body = "\n\n".join(f"{paragraph} {n}" for n, paragraph in enumerate(P * 5))
    facts = {"@type": "NewsArticle", "headline": TITLE, "articleBody": body}
    (found,) = read("a.html", page(article(), head=linked(facts)))
    assert len(found.notes) == 1
    assert f"its page states an article of {len(body):,}" in found.notes[0]


def test_the_lead_above_the_body_is_kept(read):
    lead = (
        "The mud of the yard that closed in 1974 is to be taken out this autumn, and nobody knows yet where it will go."
    )
    body = (
        f"<div class='col'><h1>{TITLE}</h1><p class='chapo'>{lead}</p><div class='article-body'>{BODY * 2}</div></div>"
    )
    (found,) = read("a.html", page(f"<article>{body}</article>"))
    assert lead in found.text.split("\n\n")[:2]


def test_readers_comments_are_not_missed(read):
    long = [f"{text} That was point {n} of the evening." for n, text in enumerate(P * 5)]
    comments = "".join(f"<p>{text} I was there and saw it, reader {n} writes.</p>" for n, text in enumerate(P * 2))
    body = "".join(f"<p>{text}</p>" for text in long)
    column = f"<div class='col'><div class='article-body'>{body}</div></div>"
    (found,) = read("a.html", page(f"<div id='page'>{column}<div class='talk'>{comments}</div></div>"))
    assert found.text.split("\n\n") == long
    assert found.notes == ()


def test_another_article_of_the_same_class_is_no_part():
    other = f"<article class='story'><h2>Ferry sails</h2>{BODY}</article>"
    tree = html.document_fromstring(page(f"<article class='story'>{BODY}</article>{other}"))
    join_body_parts(tree)
    assert [len(element.findall("p")) for element in tree.iter("article")] == [4, 4]


def test_teasers_of_other_stories_are_not_missed(read):
    teasers = "".join(f"<li><p>{text} Read on in the paper of this day, {n}.</p></li>" for n, text in enumerate(P * 3))
    (found,) = read("a.html", page(article() + f"<div class='more'><ul>{teasers}</ul></div>"))
    assert found.notes == ()


# -- headline


@pytest.mark.parametrize(
    ("head", "window", "heading", "title"),
    [
        (SITE, f"{TITLE} | Harbour Post", f"<h1>{TITLE}</h1>", TITLE),
        (f"<meta property='og:title' content='{TITLE} - Harbour Post'>", "x", f"<h2>{TITLE}</h2>", TITLE),
        (f"<meta property='og:title' content='{TITLE}'>", "x", "<h1>Mud and money: the old basin of Brask</h1>",
         "Mud and money: the old basin of Brask"),
        (f"<meta property='og:title' content='{TITLE}'>", "x", f"<h1><span>Harbour</span>{TITLE}</h1>", TITLE),
        ("", "x", f"<h1><span class='kicker'>Harbour:</span> {TITLE}</h1>", TITLE),
        (SITE, f"Harbour Post: {TITLE}", f"<h1>The Harbour Post</h1><h2>{TITLE}</h2>", TITLE),
        ("<link rel='canonical' href='https://brask.example/1'>", "x", "<h1>Brask: mayor resigns</h1>",
         "Brask: mayor resigns"),
        ("", "x", f"<h1><span class='kicker'>Harbour</span><span>: </span><span>{TITLE}</span></h1>", TITLE),
        ("", "x", "<h1>Brask dredges<br>its old basin</h1>", TITLE),
        ("", "Mud - and where it goes", "<h1>Mud - and where it goes</h1>", "Mud - and where it goes"),
    ],
)  # fmt: skip
def test_the_printed_headline_is_the_title(read, head, window, heading, title):
    (found,) = read("a.html", page(article(heading=heading), head=head, title=window))
    assert found.title == title
    assert found.title_in_text is None or found.text[slice(*found.title_in_text)] == title


def test_a_live_blog_is_not_named_for_an_update(read):
    updates = [{"@type": "BlogPosting", "headline": f"Update {n}", "articleBody": "x" * 40} for n in range(1, 9)]
    facts = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "liveBlogUpdate": updates}
    entries = "".join(f"<h2>Update {n}</h2><p>{text}</p>" for n, text in enumerate(P, 1))
    (found,) = read("a.html", page(article(entries, "<h1>Basin vote: live</h1>"), head=linked(facts)))
    assert found.title == "Basin vote: live"


def test_the_entries_of_a_live_blog_are_one_article(read):
    facts = {"@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": "Basin vote: live"}
    entries = "".join(f"<article><h2>Update {n}</h2><p>{text}</p></article>" for n, text in enumerate(P, 1))
    (found,) = read("a.html", page(f"<main><h1>Basin vote: live</h1>{entries}</main>", head=linked(facts)))
    assert [text in found.text for text in P] == [True] * 4
    assert found.title == "Basin vote: live"


# -- date


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        (linked({"@type": "ClaimReview", "itemReviewed": {"@type": "Claim", "datePublished": "2031-01-20"},
                 "datePublished": "2031-02-04"}), "", dt.date(2031, 2, 4)),
        (linked({"@type": "VideoObject", "datePublished": "2030-05-01", "uploadDate": "2030-05-01"},
                {"@type": "NewsArticle", "datePublished": "2031-02-04T08:00:00+01:00"}), "", dt.date(2031, 2, 4)),
        (linked({"@graph": [{"@type": "WebPage", "datePublished": "2031-02-03"},
                            {"@type": "Article", "datePublished": "2031-02-04"}]}), "", dt.date(2031, 2, 4)),
        # Half past eleven at night in Greenwich, half past midnight in Brask.
        ("<meta property='article:published_time' content='2031-02-03T23:30:00Z'>"
         + linked({"@type": "NewsArticle", "datePublished": "2031-02-04T00:30:00+01:00"}), "", dt.date(2031, 2, 4)),
        ("<meta property='article:published_time' content='2031-02-03T23:30:00Z'>",
         "<time datetime='2031-02-03T23:30:00Z'>4 February 2031</time>", dt.date(2031, 2, 4)),
        ("<meta property='article:published_time' content='2031-02-03T23:30:00Z'>",
         "<time>4 February 2031</time><time>3 February 2031</time>", dt.date(2031, 2, 3)),
        ("<meta property='article:published_time' content='2031-02-04T10:30:00Z'>",
         "<aside><time>3 February 2031</time></aside><ul><li><time>3 February 2031</time></li></ul>",
         dt.date(2031, 2, 4)),
        ('<script type="application/ld+json">{"itemReviewed": {"datePublished": "2031-01-20"},'
         ' "datePublished": "2031-02-04" "x"}</script>', "", dt.date(2031, 2, 4)),
    ],
)  # fmt: skip
def test_the_day_is_the_articles_own(read, head, body, day):
    (found,) = read("a.html", page(article(body + BODY), head=head))
    assert found.published == day


# -- authors


@pytest.mark.parametrize(
    ("bylines", "people"),
    [
        (["Roe, Ann", "Lee, Bo"], ("Ann Roe", "Bo Lee")),
        (["Roe, Ann, Lee, Bo"], ("Ann Roe", "Bo Lee")),
        (["van der Roe, Ann"], ("Ann van der Roe",)),
        (["Ann Roe, Bo Lee and Cy Poe"], ("Ann Roe", "Bo Lee", "Cy Poe")),
        (["By Ann Roe, political correspondent"], ("Ann Roe",)),
        (["Ann Roe Senior Varn Correspondent"], ("Ann Roe",)),
        (["Ann Roe in Varn and agencies"], ("Ann Roe",)),
        (["Ann Roe, AFP"], ("Ann Roe",)),
        (["AFP"], ("AFP",)),
        (["Ann Roe | Harbour Post"], ("Ann Roe",)),
        (["The Harbour Post"], ()),
        (["Par Ann Roe et Bo Lee"], ("Ann Roe", "Bo Lee")),
        (["Von Ann Roe und Bo Lee"], ("Ann Roe", "Bo Lee")),
        (["Von Hirsch, Carl"], ("Carl Von Hirsch",)),
        (["José Ortega y Gasset"], ("José Ortega y Gasset",)),
        (["Ann Roe (Varn)"], ("Ann Roe",)),
        (["Roe Lind, Ann"], ("Roe Lind, Ann",)),
        (["Staff", "Redaktion", "admin"], ()),
        (["Ann Roe | Apr 19, 2031"], ("Ann Roe",)),
        (["https://post.example/ann-roe"], ()),
    ],
)
def test_authors_are_people(bylines, people):
    assert people_in(bylines, ["Harbour Post"]) == people


def test_authors_of_the_linked_data_stand_before_the_meta_tags(read):
    facts = {
        "@graph": [
            {"@type": "NewsArticle", "author": [{"@id": "#ann"}, {"@type": "Organization", "name": "Harbour Post"}]},
            {"@type": "Person", "@id": "#ann", "name": "Ann Roe"},
        ]
    }
    head = linked(facts) + meta(author="Harbour Post") + SITE
    (found,) = read("a.html", page(article(), head=head))
    assert found.authors == ("Ann Roe",)


@pytest.mark.parametrize(
    "line",
    ["By <a rel='author'>Ann R. Roe</a> and <a rel='author'>Bo Lee</a>",
     "<a rel='author'>Ann R. Roe</a> <a rel='author'>Bo Lee</a>"],
)  # fmt: skip
def test_all_who_signed_are_authors_as_they_are_printed(read, line):
    byline = f"<p class='by'>{line}</p>"
    other = "<div class='more'><ul><li><p>Another story by <a rel='author'>Cy Poe</a></p></li></ul></div>"
    (found,) = read("a.html", page(article(byline + BODY) + other))
    assert found.authors == ("Ann R. Roe", "Bo Lee")


def test_a_byline_that_only_the_text_has(read):
    (found,) = read("a.html", page(article(f"<p>By Ann van der Roe and Bo Lee</p>{BODY}")))
    assert found.authors == ("Ann van der Roe", "Bo Lee")


# -- copies


def test_a_page_of_a_web_archive_has_its_own_address(read):
    archived = "https://web.archive.org/web/20310206101112/https://post.example/2031/basin"
    bar = "<div id='wm-ipp-base'><p>14 captures of this page, from 6 February 2031 to 9 November 2033</p></div>"
    head = f"<link rel='canonical' href='{archived}'><meta property='og:url' content='{archived}'>"
    (found,) = read("a.html", page(bar + article(), head=head))
    assert found.url == "https://post.example/2031/basin"
    assert found.extra["capture"] == {"url": archived, "captured_at": "2031-02-06T10:11:12+00:00"}
    assert "captures" not in found.text


def test_a_page_that_single_file_saved(read):
    comment = (
        "<!--\n Page saved with SingleFile \n url: https://post.example/2031/basin \n"
        " saved date: Thu Feb 06 2031 10:11:12 GMT+0100 (Central European Standard Time)\n-->"
    )
    (found,) = read("a.html", page(article()).replace("<head>", f"{comment}<head>"))
    assert found.url == "https://post.example/2031/basin"
    assert found.extra["capture"] == {"saved_by": "SingleFile", "captured_at": "2031-02-06T10:11:12+01:00"}


def test_a_page_that_a_browser_saved(read):
    saved = page(article()).replace("<html", "<!-- saved from url=(0031)https://post.example/2031/basin -->\n<html")
    (found,) = read("a.html", saved)
    assert (found.url, "capture" in found.extra) == ("https://post.example/2031/basin", False)


# -- walls


@pytest.mark.parametrize(
    ("title", "heading", "text", "expected"),
    [
        ("Access denied", "Please verify you are a human",
         "We believe you are using automation tools to browse the website. Reference 1f3a.", "is a check for robots"),
        ("Just a moment...", "post.example",
         "Verify you are human by completing the action below. Ray ID: 7d3e", "is a check for robots"),
        ("404 - Page not found | Harbour Post", "Page not found",
         "The page you were looking for has moved or no longer exists. Try the search.", "is a page that says"),
        ("Seite nicht gefunden", "Fehler 404",
         "Die Seite wurde nicht gefunden. Bitte versuchen Sie es über die Startseite.", "is a page that says"),
        ("Harbour Post", "Before you continue",
         "We and our 42 partners store and access information on your device. You can change your choice at any time in"
         " the privacy settings.", "is a question for consent"),
    ],
)  # fmt: skip
def test_a_wall_is_no_article(reason, title, heading, text, expected):
    assert reason("a.html", page(f"<h1>{heading}</h1><p>{text}</p>", title=title)).startswith(expected)


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        (
            "Bakers of Brask sell cookies to vendors",
            "The vendors of Brask sold 4,000 cookies. Our partners ate cookies.",
        ),
        ("Page not found: why links die", "Links die, said Mara Lind. Of the pages of 1999, half are not found today."),
        ("Access denied to beach", "The town of Brask has denied access to its beach until May, the mayor said."),
    ],
)
def test_an_article_about_walls_is_one(read, heading, text):
    (found,) = read("a.html", page(article(f"<p>{text}</p>", f"<h1>{heading}</h1>"), title=heading))
    assert text in found.text


def test_the_stub_above_a_paywall_is_kept_and_its_wall_is_furniture(read):
    walls = ["You have 57% of this article left to read. The rest is for subscribers.", "To continue reading, log in."]
    head = linked({"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": "False"})
    body = f"<p>{P[0]}</p><div>{''.join(f'<p>{wall}</p>' for wall in walls)}</div>"
    (found,) = read("a.html", page(article(body), head=head))
    assert found.extra["isAccessibleForFree"] is False
    assert found.notes == ("is the beginning of an article: the page ends at a paywall",)
    marked = "".join(found.text[start:end] for start, end in furniture_ranges(found))
    assert [wall in marked for wall in walls] == [True, True]
    assert P[0] not in marked


def test_the_end_of_a_whole_article_is_no_wall(read):
    last = "The rowing club of Brask has 400 subscribers, and its sauna is for members only."
    head = linked({"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": False})
    (found,) = read("a.html", page(article(f"{BODY}<p>{last}</p>"), head=head))
    assert [found.text[start:end] for start, end in furniture_ranges(found)] == [TITLE]
    assert found.notes == ()


@pytest.mark.parametrize(
    "wall",
    ["Pour lire la suite, abonnez-vous.", "Jetzt testen und weiterlesen mit dem Abo.",
     "Suscríbete para seguir leyendo.", "Abbonati ora per continuare a leggere.",
     "Assine já para continuar lendo.", "Bli abonnent og les hele saken."],
)  # fmt: skip
def test_walls_in_other_languages(read, wall):
    head = linked({"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": False})
    (found,) = read("a.html", page(article(f"{BODY}<p>{wall}</p>"), head=head))
    assert [found.text[start:end] for start, end in furniture_ranges(found)] == [TITLE, wall]


# -- several articles, scripts without spaces, garbled letters


def test_two_articles_on_a_page_are_two(read):
    second = [f"{text} So much for the ferry." for text in P[1:]]
    other = (
        "<h2><a href='/2031/ferry'>Ferry of Varn sails again</a></h2><time datetime='2031-02-05'>5 February</time>"
        + "".join(f"<p>{text}</p>" for text in second)
    )
    head = (
        "<link rel='canonical' href='https://post.example/2031/basin'>"
        f"<meta property='og:title' content='{TITLE}'>"
        "<meta property='article:published_time' content='2031-02-04T18:10:00+01:00'>"
    )
    body = f"<main><article><h2>{TITLE}</h2>{BODY}</article><article>{other}</article></main>"
    one, two = read("a.html", page(body, head=head))
    assert (one.title, one.url, one.published) == (TITLE, "https://post.example/2031/basin", dt.date(2031, 2, 4))
    assert one.text == "\n\n".join([TITLE, *P])
    assert (two.title, two.url) == ("Ferry of Varn sails again", "https://post.example/2031/ferry")
    assert two.published == dt.date(2031, 2, 5)
    assert two.text.split("\n\n")[-3:] == second
    assert one.notes == two.notes == ("is one of 2 articles on its page",)
    assert (one.source[-2:], two.source[-2:]) == (":1", ":2")


def test_cards_of_other_stories_are_no_articles(read):
    cards = "".join(
        f"<article><h2><a href='/{n}'>Story {n}</a></h2><p>{text}</p></article>" for n, text in enumerate(P)
    )
    (found,) = read("a.html", page(article() + f"<section>{cards}</section>"))
    assert found.text.split("\n\n") == [TITLE, *P]


def test_a_brief_in_a_script_without_spaces(read):
    text = "布拉斯克港务局星期一以六票对三票决定，于冬季之前疏浚旧港池。"
    (found,) = read("a.html", page(article(f"<p>{text}</p>", "<h1>旧港池将疏浚</h1>"), title="旧港池将疏浚", lang="zh"))
    assert found.text.split("\n\n")[-1] == text


def test_garbled_letters_are_mended_where_there_is_one_reading(read):
    garbled = "The cafÃ© of Brask, said MÃ¡ra Lind, is â€œopen againâ€\x9d since the storm of January, and full."
    (found,) = read("a.html", page(article(f"<p>{garbled}</p>{BODY}")))
    assert "The café of Brask, said Mára Lind, is “open again”" in found.text
    assert found.notes == ("is stored with garbled letters mended in 1 line",)


def test_letters_that_are_lost_are_said(read):
    lost = "The caf\ufffd of Brask, said M\ufffdra Lind, is \ufffdopen again\ufffd since the storm of January."
    (found,) = read("a.html", page(article(f"<p>{lost}</p>{BODY}")))
    assert lost in found.text
    assert found.notes == ("holds garbled letters that cannot be mended",)


@pytest.mark.parametrize(
    "text", ["Á la carte, said Ærø’s mayor, costs 5 €.", "Łódź—Kraków: “naïve” façade", "ÀÉÎÕÜ ça"]
)
def test_good_letters_stay(read, text):
    (found,) = read("a.html", page(article(f"<p>{text} {P[0]}</p>{BODY}")))
    assert f"{text} {P[0]}" in found.text
    assert found.notes == ()
