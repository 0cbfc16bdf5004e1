"""The validator finds nothing in the set that ships, and every fault planted in a small one, with its place."""

import copy

import pytest

from pullquote.errors import SourceError
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import shipped_gold
from pullquote.eval.gold.validate import articles_of, validate

from eval_fakes import span, write_gold, write_lines

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
        ("fact", {"spans": []}, "it has answers, but no span supports them"),
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
        ("none", {"why": ""}, 'an unanswerable question says "why": wrong-event, missing-fact, false-premise, outside'),
        ("none", {"why": "unknown"}, 'an unanswerable question says "why"'),
    ],
)
def test_a_planted_fault_is_found_at_its_line(check, name, change, problem):
    (sentence,) = check(**{name: change}).problems
    line = 1 + [one["id"] for one in SOUND].index(name)
    assert sentence.startswith(f"{check.file}:{line}: ")
    assert problem in sentence


def test_a_duplicate_question(check):
    same = question("again", "fact", "near Varn, WHICH ferry went down?", FERRY, "Osk")
    assert check(same).problems == (f"{check.file}:8: asks what {check.file}:1 asks already.",)
    # Asked as of another day, or after other turns, it is another question.
    assert check(same | {"as_of": "2031-06-01"}).problems == ()
    assert check(same | {"history": [{"question": "What sank?", "answer": "A ferry"}]}).problems == ()


def test_almost_the_same_is_a_duplicate_if_the_answers_are(check):
    # 6 of 7 words in common: 0.857.
    near = question("again", "fact", "Which ferry went down near Varn yesterday?", FERRY, "Osk")
    assert check(near).problems == (f"{check.file}:8: asks what {check.file}:1 asks already.",)
    assert check(near | {"answers": ["ferry Osk"], "spans": [span(FERRY, "ferry Osk")]}).problems == ()
    # 6 of 8: 0.75.
    assert check(near | {"question": "Which ferry went down near Varn early yesterday?"}).problems == ()


def test_a_story_in_both_splits_is_a_leak(check):
    assert check(none={"split": "report"}).problems == (
        f"{check.file}:5: the story 'ferry' is in report and in tune, a leak.",
    )


def test_questions_without_a_story_leak_nothing(check):
    found = check(**{one["id"]: {"story": ""} for one in SOUND})
    assert found.problems == ()


def test_an_article_that_supports_both_splits_is_a_leak(check):
    other = question("x", "fact", "Who is in the chair?", PORT, "Mara Lind", story="other")
    assert check(other).problems == (f"{check.file}:8: a3 supports tune here and report in {check.file}:6, a leak.",)


def test_a_near_copy_in_the_other_split_is_a_leak(check):
    copied = question(
        "x", "unanswerable", "Which ferry went down near Varn today?", split="report", story="new", why="wrong-event"
    )
    found = check(copied)
    assert found.problems == (f"{check.file}:8: is nearly {check.file}:1, which is in the other split, a leak.",)
    assert found.closest == (6 / 7, "Which ferry went down near Varn?", "Which ferry went down near Varn today?")


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
