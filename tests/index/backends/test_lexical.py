from __future__ import annotations

import datetime as dt
import math
import shutil
import unicodedata
from pathlib import Path

import pytest

from pullquote.comparing_form import comparing_form
from pullquote.errors import ArchiveDamaged, ArchiveWriteFailed
from pullquote.filters import Filters
from pullquote.index.analyser import _FOLDED_BY_TANTIVY
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage, is_outdated

ANYTHING = Filters()


def passage(row: int, text: str, *, article: int | None = None, **facts) -> LexicalPassage:
    day = dt.date.fromisoformat(facts["day"]).toordinal() if "day" in facts else 0
    return LexicalPassage(
        row, row + 100 if article is None else article, text, day, facts.get("outlet", ""), facts.get("authors", [])
    )


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    return LexicalIndex(tmp_path / "lexical", create=True)


def fill(lexical: LexicalIndex, *passages: LexicalPassage, removed=()) -> None:
    lexical.apply(passages, removed)
    lexical.reload()


def rows(lexical: LexicalIndex, query: str, filters: Filters = ANYTHING, limit: int = 10) -> list[int]:
    return [row for row, _ in lexical.search(query, filters, limit)]


def bm25(frequency: int, length: int, mean: float, having: int, count: int) -> float:
    """Return the score of one term (Robertson and Zaragoza 2009), with k1 = 1.2 and b = 0.75."""
    idf = math.log(1 + (count - having + 0.5) / (having + 0.5))
    return idf * 2.2 * frequency / (frequency + 1.2 * (0.25 + 0.75 * length / mean))


def test_scores_are_bm25s(lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry ferry port"), passage(1, "port storm"), passage(2, "harbour dues rise again"))
    assert lexical.search("ferry", ANYTHING, 10) == [(0, pytest.approx(bm25(2, 3, 3.0, 1, 3), rel=1e-5))]
    both = dict(lexical.search("the ferry or the port", ANYTHING, 10))
    assert both == {
        0: pytest.approx(bm25(2, 3, 3.0, 1, 3) + bm25(1, 3, 3.0, 2, 3), rel=1e-5),
        1: pytest.approx(bm25(1, 2, 3.0, 2, 3), rel=1e-5),
    }


def test_case_accents_and_endings_do_not_matter(lexical: LexicalIndex):
    fill(lexical, passage(0, "Ása Müller visited THE FERRIES"), passage(1, "nothing of it"))
    for query in ("asa", "MULLER", "visits", "ferry"):
        assert rows(lexical, query) == [0], query


def test_filters_come_before_the_search(lexical: LexicalIndex):
    strong = [passage(row, "ferry ferry ferry", day="2031-05-01", outlet="post", authors=["lind"]) for row in range(50)]
    weak = passage(
        50,
        "a long text on dues that names one ferry only in passing, at its end",
        day="2030-01-01",
        outlet="daily",
        authors=["vig", "ása straße".casefold()],
    )
    fill(lexical, *strong, weak)
    assert 50 not in rows(lexical, "ferry", limit=10)
    for filters in (
        Filters(until=dt.date(2030, 1, 1)),
        Filters(since=dt.date(2030, 1, 1), until=dt.date(2030, 12, 31)),
        Filters(as_of=dt.date(2031, 4, 30)),
        Filters(outlets=("DAILY",)),
        Filters(authors=("Ása STRASSE",)),
        Filters(outlets=("nobody", "Daily"), authors=("Vig",), until=dt.date(2030, 1, 1)),
    ):
        assert rows(lexical, "ferry", filters, limit=10) == [50], filters
    assert rows(lexical, "ferry", Filters(outlets=("Daily",), authors=("Lind",))) == []
    assert rows(lexical, "ferry", Filters(outlets=("dai",))) == []


def test_bounds_are_inclusive_and_what_has_no_day_passes_none(lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry", day="2031-05-01"), passage(1, "ferry", day="2031-05-02"), passage(2, "ferry"))
    assert rows(lexical, "ferry", Filters(since=dt.date(2031, 5, 1), until=dt.date(2031, 5, 1))) == [0]
    assert rows(lexical, "ferry", Filters(since=dt.date(2031, 5, 2))) == [1]
    assert rows(lexical, "ferry", Filters(until=dt.date(2031, 5, 2))) == [0, 1]
    assert rows(lexical, "ferry", Filters(since=dt.date.min, until=dt.date.max)) == [0, 1]


def test_filters_leave_the_scores_as_they_are(lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry port", outlet="post"), passage(1, "ferry storm storm", outlet="daily"))
    scores = dict(lexical.search("ferry", ANYTHING, 10))
    assert lexical.search("ferry", Filters(outlets=("Daily",)), 10) == [(1, scores[1])]


def test_applying_twice_changes_nothing(lexical: LexicalIndex):
    batch = [passage(0, "ferry port"), passage(1, "ferry")]
    fill(lexical, *batch)
    before = lexical.search("ferry", ANYTHING, 10)
    fill(lexical, *batch)
    assert lexical.count() == 2
    assert [row for row, _ in before] == rows(lexical, "ferry") == [1, 0]


def test_an_article_is_removed_with_all_its_passages(lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry", article=7), passage(1, "ferry", article=7), passage(2, "ferry", article=8))
    fill(lexical, passage(3, "ferry", article=9), removed=[7])
    assert rows(lexical, "ferry") == [2, 3]
    assert lexical.count() == 2
    fill(lexical, removed=[7, 12345])
    assert rows(lexical, "ferry") == [2, 3]


def test_ties_come_in_order_of_row_whatever_the_order_of_writing(lexical: LexicalIndex):
    fill(lexical, passage(5, "ferry"), passage(3, "ferry"))
    fill(lexical, passage(4, "ferry"), passage(1, "ferry"))
    assert rows(lexical, "ferry") == [1, 3, 4, 5]


def test_what_is_committed_is_seen_after_a_reload_only(tmp_path: Path, lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry"))
    other = LexicalIndex(tmp_path / "lexical")
    fill(lexical, passage(1, "ferry"))
    assert rows(other, "ferry") == [0]
    other.reload()
    assert rows(other, "ferry") == [0, 1]


@pytest.mark.parametrize(
    "query",
    [
        '"ferry',
        "ferry AND",
        "AND OR NOT ferry",
        "(ferry",
        "ferry]",
        "text:ferry",
        "ferry^3",
        "fer* ferry",
        "+-ferry",
        "ferry~2",
        "\\ferry",
        "ferry\0",
        "[ferry TO port]",
        "{ferry}",
        "🚢 ferry 🚢",
        "ferry!?…",
        "row:1 ferry",
        "ferry\u2028",
    ],
)
def test_a_question_is_words_and_never_syntax(lexical: LexicalIndex, query: str):
    fill(lexical, passage(0, "the ferry"), passage(1, "the storm"))
    assert rows(lexical, query) == [0]


@pytest.mark.parametrize("query", ["", "the of and", "?!", "🚢", "x" * 100, "()"])
def test_a_question_without_a_searchable_word_finds_nothing(lexical: LexicalIndex, query: str):
    fill(lexical, passage(0, f"the ferry of and {query}"))
    assert lexical.search(query, ANYTHING, 10) == []


def test_a_question_of_a_thousand_words_is_cut_to_the_first_distinct_ones(lexical: LexicalIndex):
    fill(lexical, passage(0, "word63"), passage(1, "word64"))
    assert rows(lexical, " ".join(f"word{n} word{n}" for n in range(1000))) == [0]


def test_an_index_that_was_never_made_is_empty_and_asking_makes_none(tmp_path: Path):
    nothing = LexicalIndex(tmp_path / "lexical")
    assert nothing.search("ferry", ANYTHING, 10) == []
    assert nothing.count() == 0
    assert list(tmp_path.iterdir()) == []
    nothing.apply([passage(0, "ferry")], [])
    nothing.reload()
    assert rows(nothing, "ferry") == [0]


def test_garbage_in_its_place_is_damage(tmp_path: Path, lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry"))
    (tmp_path / "lexical" / "meta.json").write_text("{")
    with pytest.raises(ArchiveDamaged, match="check --repair"):
        LexicalIndex(tmp_path / "lexical")


def test_a_second_writer_of_the_index_fails_cleanly(tmp_path: Path, lexical: LexicalIndex):
    fill(lexical, passage(0, "ferry"))
    held = lexical._index.writer(heap_size=64_000_000, num_threads=1)
    with pytest.raises(ArchiveWriteFailed, match="committed before is intact"):
        LexicalIndex(tmp_path / "lexical").apply([passage(1, "ferry")], [])
    del held
    lexical.reload()
    assert rows(lexical, "ferry") == [0]


def test_what_a_kill_before_the_commit_left_is_no_hindrance(tmp_path: Path):
    """All files of the new commit are written, and only `meta.json`, which makes it the commit, is the old one."""
    before, after = tmp_path / "before", tmp_path / "after"
    lexical = LexicalIndex(before, create=True)
    fill(lexical, passage(0, "ferry", article=1), passage(1, "ferry port", article=2), passage(2, "ferry", article=3))
    shutil.copytree(before, after)
    fill(LexicalIndex(after), passage(3, "ferry", article=4), removed=[1])
    killed = shutil.copytree(after, tmp_path / "killed")
    for file in before.iterdir():
        if not (killed / file.name).exists() or file.name == "meta.json":
            shutil.copyfile(file, killed / file.name)

    again = LexicalIndex(killed)
    assert rows(again, "ferry") == [0, 2, 1]
    fill(again, passage(3, "ferry", article=4), removed=[1])
    assert rows(again, "ferry") == [2, 3, 1]
    fill(again, passage(4, "ferry", article=5), removed=[3])
    assert rows(again, "ferry") == [3, 4, 1]


def test_how_many_passages_print_a_word(lexical: LexicalIndex):
    assert lexical.printed("ferry") == 0
    fill(lexical, passage(0, "Ferries sank"), passage(1, "the ferry"), passage(2, "harbour"))
    assert [lexical.printed(word) for word in ("ferry", "FERRIES", "harbour", "tram", "the")] == [2, 2, 1, 0, None]


def test_how_many_other_words_stand_with_one(lexical: LexicalIndex):
    assert lexical.most_together("ferry", ["storm"]) == -1
    fill(lexical, passage(0, "ferry storm"), passage(1, "ferry pilots tarn tarn"), passage(2, "storm pilot tarn"))
    assert lexical.most_together("ferries", ["storm", "pilot", "tarn", "tarn"]) == 2
    assert lexical.most_together("ferry", []) == 0
    assert lexical.most_together("storm", ["ferry", "the"]) == 1
    assert lexical.most_together("tram", ["storm"]) == -1


def test_passages_with_all_of_several_words(lexical: LexicalIndex):
    assert lexical.rows_with(["ferry"], 5) == []
    fill(lexical, passage(0, "ferry storm"), passage(1, "ferries in storms"), passage(2, "storm"))
    assert lexical.rows_with(["storm", "ferry"], 5) == [0, 1]
    assert lexical.rows_with(["the"], 5) == []


def test_all_writings_of_a_word_have_the_same_terms(lexical: LexicalIndex):
    words = ["Hölzl", "İzmir", "Straße", "Łódź", "Αθήνα", "Hollenbruck", "fire"]
    written = [
        *(unicodedata.normalize("NFD", word) for word in words[:5]),
        "Hollen\u00adbr\u200buck",
        "ﬁre",
    ]
    fill(lexical, *(passage(row, text) for row, text in enumerate(written)))
    assert [rows(lexical, word) for word in words] == [[row] for row in range(7)]
    assert rows(lexical, "Izmir") == [1]
    assert (lexical.printed("Hölzl"), lexical.rows_with(["holzl"], 5), lexical.most_together("Hölzl", [])) == (
        1,
        [0],
        0,
    )


def test_what_tantivy_folds_by_itself_it_folds_like_the_comparing_form(lexical: LexicalIndex):
    """Passages of such characters alone are spared the comparing form, which questions beside others are put in."""
    alone = [chr(code) for code in range(0x80, 0x10000) if _FOLDED_BY_TANTIVY.fullmatch(chr(code))]
    pairs = [f"b{one}r {one}" for one in alone]
    differ = [pair for pair in pairs if lexical.analyze(pair) != lexical.analyze(comparing_form(pair))]
    assert (len(alone) > 250, differ) == (True, [])


def test_an_index_of_an_earlier_version_is_searched_in_its_own_way(tmp_path: Path):
    """It split "Ho" from "lzl": terms of the newer kind would find nothing in it."""
    folder = tmp_path / "lexical"
    old = LexicalIndex(folder, create=True, analyser=1)
    fill(old, passage(0, "Ho\u0308lzl", outlet="Écho-Nord"))
    again = LexicalIndex(folder)
    assert (again.outdated, is_outdated(folder)) == (True, True)
    assert (rows(again, "Hölzl"), rows(again, "Ho\u0308lzl")) == ([], [0])
    assert rows(again, "Ho\u0308lzl", Filters(outlets=("écho-nord",))) == [0]
    fill(again, passage(1, "Ho\u0308lzl again"))
    assert rows(again, "Ho\u0308lzl") == [0, 1]


def test_a_reader_follows_when_a_newer_index_is_put_in_the_place_of_an_older(tmp_path: Path):
    folder, fresh = tmp_path / "lexical", tmp_path / "lexical.new"
    fill(LexicalIndex(folder, create=True, analyser=1), passage(0, "Ho\u0308lzl"))
    reader = LexicalIndex(folder)
    fill(LexicalIndex(fresh, create=True), passage(0, "Ho\u0308lzl"))
    folder.rename(tmp_path / "lexical.old")
    fresh.rename(folder)
    assert rows(reader, "Hölzl") == []
    reader.reload()
    assert (reader.outdated, is_outdated(folder), rows(reader, "Hölzl")) == (False, False, [0])


def test_of_a_damaged_description_nothing_is_said_to_be_outdated(tmp_path: Path):
    assert not is_outdated(tmp_path / "nothing")
    (tmp_path / "meta.json").write_text('{"schema": [{}]}')
    assert not is_outdated(tmp_path)
