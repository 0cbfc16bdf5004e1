from __future__ import annotations

import datetime as dt
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from old_archives import with_first_analyser

from pullquote.answers import Hit
from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.index.adding.adding import passage_input
from pullquote.index.analyser import OUTDATED
from pullquote.index.archive import Archive
from pullquote.index.search.fusion import WEIGHTS, recency_factor
from pullquote.index.search.searching import check_query

from fakes import HashEmbedder, made_up_news

WIRE = (
    "The ferry between Varn and Brask sailed on Sunday for the first time since the storm, "
    "and it carried 412 passengers to the islands, the port authority said on Monday."
)


def test_a_hit_has_its_scores_and_ranks(archive: Archive, write_articles, embedder: HashEmbedder):
    archive.add(
        [
            write_articles(
                {"id": "a", "text": "The ferry sailed to Brask."},
                {"id": "b", "text": "The ferry and the ferry again."},
                {"id": "c", "text": "Harbour dues rise."},
            )
        ]
    )
    hits = archive.search("ferry")
    assert {hit.article.id for hit in hits} == {"a", "b", "c"}
    by_id = {hit.article.id: hit for hit in hits}
    assert (by_id["c"].lexical_rank, by_id["c"].lexical_score) == (None, None)
    assert {by_id["a"].lexical_rank, by_id["b"].lexical_rank} == {1, 2}
    query = embedder.embed_query("ferry")
    cosines = {
        name: float(query @ embedder.embed_passages([hit.passage.text])[0].astype(np.float16).astype(np.float32))
        for name, hit in by_id.items()
    }
    for name, hit in by_id.items():
        assert hit.dense_score == pytest.approx(cosines[name], abs=1e-4)
        assert hit.dense_rank == 1 + sum(other > cosines[name] for other in cosines.values())
        ranks = zip((hit.dense_rank, hit.lexical_rank), WEIGHTS, strict=True)
        assert hit.score == pytest.approx(sum(weight / (60 + rank) for rank, weight in ranks if rank), abs=1e-12)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_title_and_day_help_to_find_a_passage_and_are_not_in_it(archive: Archive, write_articles):
    row = {"id": "a", "title": "Lind to chair port", "published": "2031-05-04", "text": "She was elected."}
    archive.add([write_articles(row, {"id": "b", "text": "He was not elected."})])
    (hit, _) = archive.search("Who was elected to chair the port?")
    assert (hit.article.id, hit.passage.text, hit.passage.start) == ("a", "She was elected.", 0)
    assert hit.lexical_rank == 1
    assert passage_input(hit.article, hit.passage.text) == "Lind to chair port. May 4, 2031. She was elected."


def test_furniture_is_never_found(archive: Archive, write_articles):
    text = "The ferry sailed.\n\nRead Later\n\nIt was full.\n\nSign up for our newsletter and never miss a sailing"
    archive.add([write_articles({"id": "a", "text": text})])
    hits = archive.search("sign up newsletter read later ferry", limit=50)
    assert sorted(hit.passage.text for hit in hits) == ["It was full.", "The ferry sailed."]


# -- reprints


def test_reprints_are_shown_once_with_the_others_behind_them(archive: Archive, write_articles):
    archive.add(
        [
            write_articles(
                {"id": "first", "text": WIRE},
                {
                    "id": "own",
                    "text": "A ship left for Brask, our reporter saw, with four hundred people and a dog on it.",
                },
                {"id": "edited", "text": WIRE.replace("on Monday", "in a statement")},
                {"id": "cut", "text": WIRE.partition(", and")[0] + "."},
            )
        ]
    )
    hits = archive.search("Which ferry sailed to Brask?")
    assert len(hits) == 2
    folded = next(hit for hit in hits if hit.article.id != "own")
    shown = {folded.article.id, *(other.article.id for other in folded.near_duplicates)}
    assert shown == {"first", "edited", "cut"}
    for other in folded.near_duplicates:
        assert other.score <= folded.score
        assert other.article.text[other.passage.start : other.passage.end] == other.passage.text
        assert other.dense_rank


def test_forty_reprints_do_not_crowd_out_the_rest(archive: Archive, write_articles):
    reprints = [{"id": f"wire{n}", "text": f"{WIRE} Edition {chr(97 + n % 26)}."} for n in range(40)]
    own = [
        {"id": f"own{n}", "text": f"Ferry number {n} to {word} was late."}
        for n, word in enumerate(["Varn", "Brask", "Osk"])
    ]
    archive.add([write_articles(*reprints, *own)])
    hits = archive.search("Which ferry sailed to Brask on Sunday?", limit=4)
    assert sum(hit.article.id.startswith("wire") for hit in hits) == 1
    assert {hit.article.id for hit in hits if hit.article.id.startswith("own")} == {"own0", "own1", "own2"}
    assert sum(len(hit.near_duplicates) for hit in hits) == 39


# -- time


def as_of_ids(archive: Archive, query: str, day: str) -> list[str]:
    return [hit.article.id for hit in archive.search(query, filters=Filters.of(as_of=day))]


def test_as_of_leaves_out_what_came_later_and_prefers_what_came_just_before(archive: Archive, write_articles):
    archive.add(
        [
            write_articles(
                {"id": "older", "text": "Jon Vig chairs the port authority of Varn.", "published": "2029-03-01"},
                {"id": "newer", "text": "The port authority of Varn has Lind in the chair.", "published": "2031-05-02"},
                {"id": "later", "text": "Who chairs the port authority of Varn? Ole Dumas.", "published": "2031-05-05"},
                {"id": "undated", "text": "Who chairs the port authority of Varn? Nobody knows."},
            )
        ]
    )
    query = "Who chairs the port authority of Varn?"
    assert as_of_ids(archive, query, "2031-05-04") == ["newer", "older"]
    assert as_of_ids(archive, query, "2031-05-05")[0] == "later"
    assert as_of_ids(archive, query, "2031-05-01") == ["older"]
    assert as_of_ids(archive, query, "2029-02-28") == []
    # Without the preference the order is by words alone.
    plain = [hit.article.id for hit in archive.search(query, filters=Filters.of(until="2031-05-04"))]
    assert plain == ["older", "newer"]


def test_as_of_multiplies_by_the_recency_factor(archive: Archive, write_articles):
    archive.add([write_articles({"id": "a", "text": "The ferry sailed.", "published": "2031-05-01"})])
    (plain,) = archive.search("ferry")
    (dated,) = archive.search("ferry", filters=Filters.of(as_of="2031-05-04"))
    assert plain.score == pytest.approx(sum(WEIGHTS) / 61)
    assert dated.score == pytest.approx(sum(WEIGHTS) / 61 * recency_factor(3))


def test_scope_counts_what_the_filters_leave(archive: Archive, write_articles):
    archive.add(
        [
            write_articles(
                {"id": "a", "text": "One.", "published": "2031-05-01", "outlet": "Post"},
                {"id": "b", "text": "Two.\n\nShare\n\nThree.", "published": "2031-05-03", "outlet": "post"},
                {"id": "c", "text": "Four.", "published": "2031-05-02", "outlet": "Daily"},
            )
        ]
    )
    _, scope = archive.search_with_scope("One?", filters=Filters(outlets=("POST",)))
    assert (scope.articles, scope.passages, str(scope.since), str(scope.until)) == (2, 3, "2031-05-01", "2031-05-03")


# -- filters against brute force

ROWS = made_up_news(60, seed=11)
DAYS = st.dates(dt.date(2030, 12, 25), dt.date(2031, 3, 5))
OUTLETS = ["The Harbour Post", "BRASK daily", "Island Radio", "Nobody"]
AUTHORS = ["mara lind", "JON VIG", "Ása Strasse", "Ole Dumas", "Lind"]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    import json

    folder = tmp_path_factory.mktemp("oracle")
    (folder / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    archive = Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder())
    archive.add([folder / "news.jsonl"])
    archive.remove(["n7", "n8", "n9"])
    return archive


def passes(row: dict, filters: Filters) -> bool:
    day = dt.date.fromisoformat(row["published"]) if "published" in row else None
    last = min(bound for bound in (filters.until, filters.as_of, dt.date.max) if bound)
    if (filters.since or filters.until or filters.as_of) and (
        day is None or not (filters.since or dt.date.min) <= day <= last
    ):
        return False
    if filters.outlets and row.get("outlet", "").casefold() not in {name.casefold() for name in filters.outlets}:
        return False
    wanted = {name.casefold() for name in filters.authors}
    return not wanted or bool(wanted & {name.casefold() for name in row.get("authors", [])})


def in_order(since: dt.date | None, until: dt.date | None, as_of: dt.date | None, **named: tuple[str, ...]) -> Filters:
    """Filters refuse a first day after the last one: then there is no first day. So they do names nobody has."""
    last = min((day for day in (until, as_of) if day), default=None)
    named = {key: tuple(name for name in names if name not in ("Nobody", "Lind")) for key, names in named.items()}
    return Filters(since if since and not (last and since > last) else None, until, as_of=as_of, **named)


all_filters = st.builds(
    in_order,
    since=st.none() | DAYS,
    until=st.none() | DAYS,
    outlets=st.lists(st.sampled_from(OUTLETS), max_size=2, unique=True).map(tuple),
    authors=st.lists(st.sampled_from(AUTHORS), max_size=2, unique=True).map(tuple),
    as_of=st.none() | DAYS,
)


@settings(max_examples=60, deadline=None)
@given(filters=all_filters, about=st.integers(0, 59), limit=st.sampled_from([1, 5, 400]))
def test_filters_against_brute_force(news: Archive, filters: Filters, about: int, limit: int):
    embedder = HashEmbedder()
    query = " ".join(ROWS[about]["text"].split()[:6])
    allowed = [row["id"] for row in ROWS if passes(row, filters) and row["id"] not in ("n7", "n8", "n9")]
    hits, scope = news.search_with_scope(query, limit=limit, filters=filters)

    texts = [
        (passage.article_id, passage.start, passage_input(news.article(name), passage.text))
        for name in allowed
        for passage in news.passages(name)
    ]
    assert (scope.articles, scope.passages) == (len(allowed), len(texts))
    assert len(hits) == min(limit, len(texts))
    vectors = embedder.embed_passages([text for _, _, text in texts]).astype(np.float16).astype(np.float32)
    cosines = {
        (name, start): float(value)
        for (name, start, _), value in zip(texts, vectors @ embedder.embed_query(query), strict=True)
    }
    for hit in hits:
        assert hit.dense_score is None or hit.dense_score == pytest.approx(
            cosines[hit.article.id, hit.passage.start], abs=1e-3
        )
    if limit == 400:
        dense = sorted((hit.dense_rank, hit.dense_score) for hit in hits if hit.dense_rank)
        assert [score for _, score in dense] == pytest.approx(sorted(cosines.values(), reverse=True), abs=1e-3)
        lexical = {hit.article.id for hit in hits if hit.lexical_rank}
        words = {word.casefold() for word in query.split()}
        assert lexical == {
            name for name, _, text in texts if words & {word.strip(".").casefold() for word in text.split()}
        }


def test_as_many_passages_as_asked_for_however_many(archive: Archive, write_articles):
    reports = [f"The ferry took {number} cows to Brask{' and back' * (number % 9)}." for number in range(1, 131)]
    rows = [{"id": f"{name}{at}", "text": text} for at, text in enumerate(reports) for name in ("first", "again")]
    archive.add([write_articles(*rows)])
    for limit in (50, 51, 60, 130):
        hits = archive.search("ferry", limit=limit)
        assert len({hit.passage.text for hit in hits}) == len(hits) == limit
    # Every one is printed twice: so many rows are looked for.
    assert [len(hit.near_duplicates) for hit in hits] == [1] * 130


# -- the same, byte for byte; offsets


def test_the_same_question_gives_the_same_hits(news: Archive):
    again = Archive.open(news.path, embedder=HashEmbedder())
    for row in ROWS[:10]:
        first: list[Hit] = news.search(row["title"], limit=20)
        assert news.search(row["title"], limit=20) == first
        assert again.search(row["title"], limit=20) == first


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "ferry",
                "🚢🇳🇴",
                "e\u0301te\u0301",
                "שלום עולם",
                "مرحبا",
                "👩‍👩‍👧",
                "中文字",
                "\u200b",
                "\ufeff",
                "ﬁne",
                "İstanbul",
            ]
        ),
        min_size=1,
        max_size=300,
    ),
    st.sampled_from(["\n\n", "\r\n\r\n", "\u2028", "\n"]),
)
def test_offsets_hold_for_every_script(tmp_path_factory: pytest.TempPathFactory, words: list[str], separator: str):
    import json

    folder = tmp_path_factory.mktemp("scripts")
    text = "The ferry. " + separator.join(" ".join(words[at : at + 40]) for at in range(0, len(words), 40))
    (folder / "a.jsonl").write_text(json.dumps({"id": "a", "text": text}))
    archive = Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder())
    archive.add([folder / "a.jsonl"])
    hits = archive.search("ferry İstanbul", limit=50)
    assert hits
    for hit in hits:
        assert hit.article.text == text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.fixture
def of_an_earlier_version(archive: Archive, write_articles) -> Archive:
    """An archive whose words and names are decomposed, and whose lexical index an earlier version made."""
    rows = [
        {"id": "a", "text": decomposed("Régine Hölzl was elected mayor."), "outlet": decomposed("Écho-Nord")},
        {"id": "b", "text": "The mayor of Varn left.", "outlet": "Écho Nord", "authors": [decomposed("Zoë Müller")]},
        {"id": "c", "text": "The mayor of Brask left.", "outlet": "Brask Daily", "authors": ["Zoe Mull"]},
    ]
    archive.add([write_articles(*rows)])
    with_first_analyser(archive)
    return Archive.open(archive.path, embedder=archive.embedder)


def test_names_are_filtered_by_whatever_their_accents_hyphens_and_case(archive: Archive, write_articles, found):
    rows = [
        {"id": "a", "text": "A mayor.", "outlet": decomposed("Écho-Nord"), "authors": [decomposed("Zoë Müller")]},
        {"id": "b", "text": "A mayor.", "outlet": "Echo Nordic", "authors": ["Zoë Müllerin"]},
    ]
    archive.add([write_articles(*rows)])
    for filters in (Filters(outlets=("écho nord",)), Filters(authors=("ZOE MULLER",))):
        assert found(archive, "mayor", filters=filters) == ["a"]
        assert archive.search_with_scope("mayor", filters=filters)[1].articles == 1


def test_an_archive_of_an_earlier_version_filters_alike_and_says_what_to_run(of_an_earlier_version: Archive, found):
    archive = of_an_earlier_version
    nord, muller = Filters(outlets=("echo nord",)), Filters(authors=("zoe muller",))
    assert sorted(found(archive, "mayor", filters=nord)) == ["a", "b"]
    assert found(archive, "mayor", filters=muller) == ["b"]
    assert found(archive, "Hölzl") == []
    assert archive.advice() == f"{OUTDATED}; run: pullquote optimize"
    assert archive.check().problems == (OUTDATED,)


@pytest.mark.parametrize("mend", [Archive.optimize, lambda archive: archive.check(repair=True)])
def test_an_archive_of_an_earlier_version_is_brought_up_to_date(of_an_earlier_version: Archive, found, mend):
    archive = of_an_earlier_version
    found(archive, "mayor")
    mend(archive)
    assert (found(archive, "Hölzl"), archive.advice(), archive.check().problems) == (["a"], None, ())
    assert sorted(found(archive, "mayor", filters=Filters(outlets=("echo nord",)))) == ["a", "b"]


def test_a_question_is_searched_in_composed_letters():
    assert check_query("  Ho\u0308\u00adlzl? ") == "Hölzl?"
    with pytest.raises(InputError, match="empty"):
        check_query("\u200b\ufeff")
