"""The validator finds nothing in the set that ships, and every fault planted in a small one, with its place."""

import copy
import json

import pytest

from pullquote.errors import SourceError
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import shipped_gold
from pullquote.eval.gold.validate import articles_of, validate
from pullquote.index.archive import Archive

from eval_fakes import span, write_gold, write_lines
from fakes import HashEmbedder

FERRY = {
    "id": "a1",
    "url": "https://post.example/ferry",
    "outlet": "Post",
    "published": "2031-05-04",
    "text": "Nine people died when the ferry Osk sank off Varn.\n\nShare\n\nHanne Osterby leads the inquiry, she said.",
}
LATER = {
    "id": "a2",
    "url": "https://daily.example/ferry",
    "outlet": "Daily",
    "published": "2031-05-09",
    "text": "Eleven people are now known to have died on the Osk, the Steg and the Morvig.",
}
PORT = {"id": "a3", "text": "Mara Lind chairs the harbour board of Tarn since the spring."}
ARTICLES = [FERRY, LATER, PORT]


def question(name, kind, text, article=None, words="", **changes):
    spans = {"answers": [words], "spans": [span(article, words)]} if article else {}
    return {"id": name, "type": kind, "split": "tune", "story": "ferry", "question": text} | spans | changes


def value(article, words):
    return {key: article[key] for key in ("outlet", "published")} | {"article": article["url"], "value": words}


SOUND = [
    question("fact", "fact", "Which ferry went down near Varn?", FERRY, "Osk", far=True),
    question(
        "changing",
        "changing",
        "How many lost their lives?",
        LATER,
        "Eleven",
        values=[value(FERRY, "Nine"), value(LATER, "Eleven")],
    ),
    question("speaker", "speaker", "Who spoke of her inquiry?", FERRY, "Hanne Osterby"),
    question(
        "list",
        "list",
        "What vessels are named?",
        LATER,
        "Steg",
        answers=["Steg", "Morvig"],
        spans=[span(LATER, "Steg"), span(LATER, "Morvig")],
        items=[["Steg"], ["Morvig"]],
    ),
    question("none", "unanswerable", "What did the captain earn?", why="missing-fact"),
    question("fact2", "fact", "Which board has a new head?", PORT, "harbour board", split="report", story="port"),
    question(
        "followup",
        "followup",
        "And since when?",
        PORT,
        "the spring",
        split="report",
        story="port",
        history=[{"question": "Who is in the chair?", "answer": "Mara Lind"}],
    ),
]


@pytest.fixture
def check(tmp_path):
    """Return a function that validates the sound set with some questions changed, by id, and others added."""

    def checked(*added, articles=ARTICLES, manifest=None, **changed):
        asked = [copy.deepcopy(one) | changed.pop(one["id"], {}) for one in SOUND]
        assert not changed
        return validate(load(write_gold(tmp_path / "gold", articles, [*asked, *added], **(manifest or {}))))

    checked.file = tmp_path / "gold" / "questions.jsonl"
    return checked


def told(found):
    return tuple(map(str, found.problems))


def test_a_sound_set(check):
    found = check()
    assert found.problems == ()
    assert found.counts == {
        "fact": 2,
        "unanswerable": 1,
        "changing": 1,
        "speaker": 1,
        "list": 1,
        "followup": 1,
        "explain": 0,
        "far": 1,
        "split report": 2,
        "split tune": 5,
    }
    assert (found.articles, found.spans) == (3, 7)
    # "which ferry went down near varn" and "which board has new head": 1 of 10 words.
    assert found.closest == (0.1, "Which ferry went down near Varn?", "Which board has a new head?")


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        (
            "fact",
            {"spans": [span(FERRY, "Osk") | {"start": 33}]},
            "https://post.example/ferry has 'sk' at 33, not 'Osk'",
        ),
        ("fact", {"spans": [span(FERRY, "Osk") | {"article": "a1"}]}, "there is no article a1"),
        ("fact", {"answers": ["Osk", "the Osk"]}, "no span has the wording of the answer 'the Osk'"),
        (
            "fact",
            {"answers": ["Share"], "spans": [span(FERRY, "Share")]},
            "'Share' stands in the furniture of https://post.example/ferry",
        ),
        ("fact", {"as_of": "2031-05-03"}, "https://post.example/ferry was printed after 2031-05-03"),
        ("fact", {"type": "quiz"}, "its type is 'quiz', not one of fact, unanswerable, changing, speaker, list, "),
        ("none", {"split": "dev", "story": "x"}, "its split is 'dev', not one of tune, report"),
        ("changing", {"values": []}, "a changing answer needs the values that were given, at least two"),
        (
            "changing",
            {"values": [value(LATER, "Eleven"), value(LATER, "Eleven people")]},
            "a changing answer needs the values that were given, at least two",
        ),
        (
            "changing",
            {"values": [value(FERRY, "Ten"), value(LATER, "Eleven")]},
            "https://post.example/ferry is not an article of Post, 2031-05-04, that says 'Ten'",
        ),
        (
            "changing",
            {"values": [value(FERRY, "Nine") | {"published": "2031-05-05"}, value(LATER, "Eleven")]},
            "is not an article of Post, 2031-05-05, that says 'Nine'",
        ),
        (
            "changing",
            {"values": [value(FERRY, "Nine") | {"outlet": "Daily"}, value(LATER, "Eleven")]},
            "is not an article of Daily, 2031-05-04, that says 'Nine'",
        ),
        (
            "changing",
            {"values": [value(FERRY, "Nine") | {"article": "a9"}, value(LATER, "Eleven")]},
            "a9 is not an article of Post",
        ),
        ("list", {"items": [["Steg"]]}, "a list needs its items, at least two"),
        ("list", {"items": [["Steg"], ["Osk"]]}, "an item's wording is not among the answers"),
        ("followup", {"history": []}, "a follow-up needs the turns before it"),
        ("none", {"why": "unknown"}, "it says \"why\": 'unknown', not one of wrong-event, missing-fact, false-premise"),
    ],
)
def test_a_planted_fault_is_found_at_its_line(check, name, change, problem):
    (sentence,) = told(check(**{name: change}))
    line = 1 + [one["id"] for one in SOUND].index(name)
    assert sentence.startswith(f"{check.file}:{line}: ")
    assert problem in sentence


def test_a_duplicate_question(check):
    same = question("again", "fact", "near Varn, WHICH ferry went down?", FERRY, "Osk")
    assert told(check(same)) == (f"{check.file}:8: asks what {check.file}:1 asks already.",)
    # Asked as of another day, or after other turns, it is another question.
    assert check(same | {"as_of": "2031-06-01"}).problems == ()
    assert check(same | {"history": [{"question": "What sank?", "answer": "A ferry"}]}).problems == ()


def test_almost_the_same_is_a_duplicate_if_the_answers_are(check):
    # 6 of 7 words in common: 0.857.
    near = question("again", "fact", "Which ferry went down near Varn yesterday?", FERRY, "Osk")
    assert told(check(near)) == (f"{check.file}:8: asks what {check.file}:1 asks already.",)
    assert check(near | {"answers": ["ferry Osk"], "spans": [span(FERRY, "ferry Osk")]}).problems == ()
    # 6 of 8: 0.75.
    assert check(near | {"question": "Which ferry went down near Varn early yesterday?"}).problems == ()


def test_a_story_in_both_splits_is_a_leak(check):
    assert told(check(none={"split": "report"})) == (
        f"{check.file}:5: the story 'ferry' is in report and in tune, a leak.",
    )


def test_questions_without_a_story_leak_nothing(check):
    found = check(**{one["id"]: {"story": ""} for one in SOUND})
    assert found.problems == ()


def test_an_article_that_supports_both_splits_is_a_leak(check):
    other = question("x", "fact", "Who is in the chair?", PORT, "Mara Lind", story="other")
    assert told(check(other)) == (f"{check.file}:8: a3 supports tune here and report in {check.file}:6, a leak.",)


def test_a_near_copy_in_the_other_split_is_a_leak(check):
    copied = question(
        "x", "unanswerable", "Which ferry went down near Varn today?", split="report", story="new", why="wrong-event"
    )
    found = check(copied)
    assert told(found) == (f"{check.file}:8: is nearly {check.file}:1, which is in the other split, a leak.",)
    assert found.closest == (6 / 7, "Which ferry went down near Varn?", "Which ferry went down near Varn today?")


def test_what_a_set_may_lack_is_a_note(check):
    found = check(fact={"spans": []}, none={"why": ""})
    assert (found.problems, [(one.kind, str(one)) for one in found.notes]) == (
        (),
        [
            (
                "no place is named",
                f"{check.file}:1: no place that answers, so its wording alone counts.",
            ),
            (
                "no reason is told",
                f'{check.file}:5: no "why" there is no answer: wrong-event, missing-fact, false-premise, outside.',
            ),
        ],
    )


def test_stories_and_articles_that_are_named_but_not_there(check):
    stories = {"ferry": {"articles": [FERRY["url"], "nowhere"]}, "port": {"articles": ["a3"]}}
    assert told(check(manifest={"stories": stories, "reprints": [["a3", "a4"]]})) == (
        "Tarn: the story 'ferry' names the article nowhere, but there is none.",
        "Tarn: the reprints name the article a4, but there is none.",
    )
    stories["ferry"]["articles"].remove("nowhere")
    assert told(check(manifest={"stories": stories}, fact={"story": "fery"}, none={"story": ""})) == (
        f"{check.file}:1: it names the story 'fery', which the manifest doesn't have.",
        f"{check.file}:5: it names no story, which the manifest doesn't have.",
    )


def test_twelve_plain_rows_have_no_problem(tmp_path):
    rows = [{"id": str(at), "question": f"What is thing number {at}?", "answers": [f"a{at}"]} for at in range(12)]
    found = validate(load(write_lines(tmp_path / "plain.jsonl", rows)))
    assert (found.problems, len(found.notes), found.counts["fact"]) == ((), 12, 12)


def test_sets_of_other_formats_have_no_problem(tmp_path):
    text = "The Osk sank off Varn."
    asked = [
        {"id": f"s{at}", "question": "Which ferry sank?", "answers": [{"text": "Osk", "answer_start": 4}]}
        for at in range(2)
    ]
    squad = {"data": [{"title": "Osk", "paragraphs": [{"context": text, "qas": asked}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(squad))
    found = validate(load(tmp_path / "squad.json"))
    assert (found.problems, [one.kind for one in found.notes]) == ((), ["asked twice"])
    realtime = {"question": "Which ferry sank?", "choices": [], "evidence": "", "answers": ["Osk"]}
    dated = [realtime | {"id": day, "date": day} for day in ("2022-05-04", "2023-05-04")]
    assert validate(load(write_lines(tmp_path / "realtime.jsonl", dated))).problems == ()
    (tmp_path / "b" / "qrels").mkdir(parents=True)
    write_lines(tmp_path / "b" / "corpus.jsonl", [{"_id": "d1", "text": text}])
    write_lines(tmp_path / "b" / "queries.jsonl", [{"_id": "1", "text": "Osk?"}])
    write_lines(tmp_path / "b" / "qrels" / "test.tsv", ["1\td1\t1"])
    assert validate(load(tmp_path / "b")).problems == ()
    write_lines(tmp_path / "b" / "qrels" / "test.tsv", ["1\td1\t1", "1\td9\t1"])
    (problem,) = validate(load(tmp_path / "b")).problems
    assert (problem.kind, problem.what) == ("no such article", "there is no article d9")


def test_places_are_compared_with_the_archive_that_a_set_is_asked_of(tmp_path):
    (tmp_path / "seals.txt").write_text("Seals came\n\nTwo hundred seals came to the pier of Varn on Sunday.")
    seals = {"id": "s", "question": "How many seals came?", "answers": ["Two hundred"]}
    place = {"article": "seals.txt", "start": 12, "end": 23, "text": "Two hundred"}
    rows = [
        SOUND[0] | {"split": ""},
        seals | {"spans": [place]},
        seals | {"id": "t", "as_of": "2031-05-04", "spans": [place | {"start": 13}]},
    ]
    gold = load(write_lines(tmp_path / "own.jsonl", rows))
    unchecked = validate(gold)
    assert (unchecked.problems, [one.kind for one in unchecked.notes]) == ((), ["not compared"] * 3)
    with Archive.open(tmp_path / "own.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add([write_lines(tmp_path / "articles.jsonl", ARTICLES), tmp_path / "seals.txt"])
        found = validate(gold, archive)
    assert told(found) == (f"{tmp_path}/own.jsonl:3: seals.txt has 'wo hundred' at 13, not 'Two hundred'.",)
    assert (found.articles, found.notes) == (2, ())


def test_an_article_that_cannot_be_read_is_an_error(tmp_path):
    folder = write_gold(tmp_path / "gold", [FERRY, "{"], SOUND[:1])
    with pytest.raises(SourceError, match=r"articles\.jsonl:2: .*JSON"):
        validate(load(folder))


def test_two_articles_known_by_one_name_are_an_error(tmp_path):
    for place, text in (("north", "Seals came."), ("south", "Seals left.")):
        (tmp_path / "gold" / place).mkdir(parents=True)
        (tmp_path / "gold" / place / "seals.txt").write_text(text)
    folder = write_gold(tmp_path / "gold", [FERRY], SOUND[:1], articles=["north", "articles.jsonl"])
    assert list(articles_of(load(folder))) == ["seals.txt", "https://post.example/ferry"]
    write_gold(folder, [FERRY], SOUND[:1], articles=["north", "south"])
    with pytest.raises(SourceError, match=r"south/seals\.txt: another article, .*, is known as seals\.txt, too"):
        validate(load(folder))


def test_other_formats_carry_their_articles(tmp_path):
    (tmp_path / "b" / "qrels").mkdir(parents=True)
    write_lines(tmp_path / "b" / "corpus.jsonl", [{"_id": "d1", "text": "The Osk sank."}])
    write_lines(tmp_path / "b" / "queries.jsonl", [{"_id": "1", "text": "Osk?"}])
    write_lines(tmp_path / "b" / "qrels" / "test.tsv", ["1\td1\t1"])
    assert articles_of(load(tmp_path / "b"))["d1"].text == "The Osk sank."


@pytest.fixture(scope="module")
def shipped():
    """The set that ships, what the validator says of it, and its articles (read once: that takes longest)."""
    gold = load(shipped_gold())
    articles = articles_of(gold)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pullquote.eval.gold.validate.articles_of", lambda _: articles)
        return gold, validate(gold), articles


def test_the_shipped_set_is_sound_and_large_enough(shipped):
    gold, found, _ = shipped
    assert found.problems == ()
    assert gold.skipped == ()
    assert found.articles >= 90
    assert len(gold.questions) >= 420
    least = {"fact": 200, "unanswerable": 90, "changing": 40, "speaker": 40, "list": 30, "followup": 30}
    assert {kind: number for kind, number in least.items() if found.counts[kind] < number} == {}
    facts = [one for one in gold.questions if one.type == "fact"]
    assert 3 * sum(one.far for one in facts) >= len(facts)
    assert found.counts["split tune"] + found.counts["split report"] == len(gold.questions)
    assert min(found.counts["split tune"], found.counts["split report"]) >= len(gold.questions) / 3
    assert found.spans == sum(len(one.spans) for one in gold.questions)


def test_the_shipped_manifest_names_articles_that_are_there(shipped):
    gold, found, articles = shipped
    known = articles.keys()
    assert len(known) == found.articles
    assert {key for story in gold.stories.values() for key in story} <= known
    assert {key for group in gold.reprints for key in group} <= known
    assert sum(map(len, gold.reprints)) == len({key for group in gold.reprints for key in group})
    assert {one.story for one in gold.questions} <= gold.stories.keys()
    for one in gold.questions:
        assert {place.article for place in one.spans} <= set(gold.stories[one.story]), one.id
