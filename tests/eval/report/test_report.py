"""The report shows the figures it is given, marks exactly the span, keeps text inert and needs nothing else."""

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from lxml import html

from pullquote.errors import InputError
from pullquote.eval.metrics.abstention import Threshold
from pullquote.eval.metrics.calibration import Bin
from pullquote.eval.report.page import report_html, write_report
from pullquote.eval.runs.asking import Run
from pullquote.eval.runs.compare import RowDifference, RunComparison
from pullquote.eval.runs.rows import CandidatePlace, CandidateRow, Row, RunFacts
from pullquote.eval.runs.scores import Figure, Group, Scores

PASSAGE = "The council met on Monday.\n\nOdile Brandt was elected mayor of Tarn with 51 percent of the vote."
HASH = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FACTS = RunFacts(
    pullquote="0.1.0",
    gold="newsroom",
    gold_sha256=HASH,
    split="report",
    n=4,
    archive_sha256="ab" * 32,
    articles=1204,
    passages=9876,
    reader="reader-small",
    reader_sha256="cd" * 32,
    embedder="all-MiniLM-L6-v2",
    embedder_sha256="ef" * 32,
    confidence_sha256="",
    settings={"passages_read": 12, "given_from": 0.5},
    seed=7,
    bfloat16=True,
    cores=2,
)
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=https://evil.example/x.png onerror=alert(1)>",
    "javascript:alert(1)",
    "[click](https://evil.example) **bold**",
    "</style></svg></title><iframe src='https://evil.example'>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "$\\frac{1}{0}$",
    "shown \u202ebackwards\u202c \u2066isolated\u2069",
    "nul \x00 escape \x1b[31m lone \ud800",
]


def place(span="Odile Brandt", passage=PASSAGE, **changes):
    start = passage.find(span)
    facts = {"article": "https://tarn.example/mayor", "title": "Tarn elects a mayor", "outlet": "Tarn Weekly"}
    return CandidatePlace(
        **{**facts, "published": "2031-05-04", "passage": passage, "start": start, "end": start + len(span), **changes}
    )


def row(id_, **changes):
    """A wrong answer, given with confidence 0.8, unless told otherwise."""
    facts = {
        "type": "fact",
        "split": "report",
        "question": f"Who chairs the port authority ({id_})?",
        "as_of": "2031-05-19",
        "accepted": ("Ada Kall", "Mrs Kall"),
        "answerable": True,
        "answer": "Odile Brandt",
        "best": "Odile Brandt",
        "confidence": 0.8,
        "right_source": False,
        "place": place(),
    }
    return Row(id=id_, **{**facts, **changes})


RIGHT = {"answer": "Ada Kall", "best": "Ada Kall", "right": True, "right_source": True, "exact_match": 1.0, "f1": 1.0}
ROWS = (
    row("right", **RIGHT),
    row("wrong"),
    row("withheld", **{**RIGHT, "answer": None}, confidence=0.41),
    row("none", type="unanswerable", accepted=(), answerable=False, answer=None, right_source=None),
)


def figure(value, n=4):
    return Figure(value, value - 4.5, value + 3.5, n)


def group(right, n=4, **changes):
    given = {
        "n": n,
        "right": figure(right),
        "right_source": figure(right - 1),
        "exact_match": figure(right - 2),
        "f1": figure(right - 3),
        "answered": figure(right - 5),
        "best_right": figure(right - 6),
        "best_exact_match": None,
        "best_f1": None,
        "useful": figure(right - 7),
        "quotation": figure(right - 8),
        "quotation_in_3": figure(right - 9),
        "states": {"sure": (2, 1), "speaks": (1, 1), "silent": (1, 0)},
    }
    return Group(**{**given, **changes})


SCORES = Scores(
    groups={
        "all": group(64.2),
        "answerable": group(61.0, n=3),
        "unanswerable": group(74.0, n=1, right_source=None, best_right=None),
        "fact": group(55.0, n=3),
    },
    retrieval={"hit@1": figure(51.0), "hit@5": figure(71.0), "recall@5": figure(81.0), "nDCG@10": figure(77.7)},
    abstention={"auroc": Figure(0.8421, 0.8012, 0.8823, 4), "coverage_at_90_precision": figure(38.8)},
    curve=((0.25, 0.0), (0.5, 0.5), (0.75, 0.3333), (1.0, 0.5)),
    threshold=Threshold(0.62, 0.3456),
    calibration={"ece": Figure(0.0517, 0.0312, 0.0719, 4), "brier": Figure(0.19, 0.15, 0.23, 4)},
    bins=(Bin(0.0, 0.5, 0.31, 0.25, 3), Bin(0.5, 1.0, 0.8, 1.0, 1)),
    citations={"verbatim": figure(100.0)},
    lists={},
    quotations={"right_at_5": figure(81.5), "quotation_auroc": Figure(0.75, 0.7, 0.8, 4)},
    why={"wrong-event": Figure(80.0, 55.5, 92.5, 20), "false-premise": Figure(100.0, 34.2, 100.0, 2)},
    latency_ms={"search": (8.25, 12.5), "read": (140.0, 190.0), "total": (149.0, 204.1)},
    errors=0,
)
NOTHING = Scores(
    groups={},
    retrieval={"recall@20": figure(81.0), "nDCG@10": figure(77.7)},
    abstention={},
    curve=(),
    threshold=None,
    calibration={},
    bins=(),
    citations={},
    lists={},
    quotations={},
    why={},
    latency_ms={},
    errors=0,
)


def comparison(gained=1, lost=0):
    before, now = row("changed", answer=None, confidence=0.3), row("changed", **RIGHT)
    return RunComparison(
        differences=(
            RowDifference("right", 50.0, 54.2, 4.2, 1.1, 7.3, 0.0004, 400),
            RowDifference("f1", 61.0, 60.5, -0.5, -2.5, 1.5, 0.61, 400),
            RowDifference("right_source", 40.0, 40.0, 0.0, 0.0, 0.0, 1.0, 300),
            RowDifference("hit@5", 70.0, 75.0, 5.0, 1.0, 9.0, 0.02, 320),
            RowDifference("nDCG@10", 60.0, 61.0, 1.0, -1.0, 3.0, 0.3, 310),
        ),
        gained=((before, now),) * gained,
        lost=((now, before),) * lost,
        changed_facts=(f"reader_sha256: {HASH} -> {'cd' * 32}",),
    )


def page(rows=ROWS, scores=SCORES, facts=FACTS, **more):
    return html.document_fromstring(report_html(Run(replace(facts, n=len(rows)), tuple(rows)), scores, **more))


@pytest.fixture(scope="module")
def usual():
    return page()


def text(element):
    return " ".join(element.text_content().split())


def texts(root, xpath):
    return [text(element) for element in root.xpath(xpath)]


def table(root, caption):
    return [texts(line, "./th|./td") for line in root.xpath(f"//table[caption[@id='{caption}']]//tr")]


def section(root, name):
    return text(root.get_element_by_id(name))


def test_headline(usual):
    assert texts(usual, "//h1") == ["newsroom"]
    assert texts(usual, "//p[@class='deck']") == [
        "4 questions of the split “report”, asked of 1,204 articles in 9,876 passages."
    ]
    assert texts(usual, "//p[@class='number']")[:4] == ["64.2%", "63.2%", "57.2%", "74.0%"]
    assert texts(usual, "//p[@class='number']")[4] == "50.0%"  # of two answers given, one is wrong
    assert texts(usual, "//p[@class='size']") == [
        "95% interval 59.7–67.7 over 4 questions",
        "95% interval 58.7–66.7 over 4 questions",
        "95% interval 52.7–60.7 over 4 questions",
        "95% interval 69.5–77.5 over 4 questions",
        "95% interval 0.0–100.0 over 2 answers",  # one right, one wrong
    ]


def test_quotations_and_what_people_are_left_with(usual):
    assert table(usual, "quotations-caption")[:2] == [
        ["Questions", "Useful", "First quotation right", "One of three right", "Sure", "Speaks", "Silent"],
        ["All questions", "57.2 52.7–60.7", "56.2 51.7–59.7", "55.2 50.7–58.7", "1 of 2", "1 of 1", "0 of 1"],
    ]
    assert [line[1] for line in table(usual, "quotation-figures-caption")[1:]] == [
        "81.5 77.0–85.0",
        "0.750 0.700–0.800",
        "–",
    ]


def test_broken_floors_are_listed_above_everything(usual):
    assert not usual.xpath("//*[@class='gate']")
    (gate,) = page(floors_broken=["right is 52; at least 58 is asked.", f"Pinned on {HASH}."]).xpath(
        "//*[@class='gate']"
    )
    assert "2 floors are broken" in text(gate)
    assert texts(gate, ".//li") == ["right is 52; at least 58 is asked.", "Pinned on 53aa51172d14."]


def test_table_by_type(usual):
    assert table(usual, "types-caption") == [
        ["Questions", "n", "Right", "Right, with source", "Exact match", "F1", "Answered", "Best candidate right"],
        [
            "All questions",
            "4",
            "64.2 59.7–67.7",
            "63.2 58.7–66.7",
            "62.2 57.7–65.7",
            "61.2 56.7–64.7",
            "59.2 54.7–62.7",
            "58.2 53.7–61.7",
        ],
        [
            "Answerable",
            "3",
            "61.0 56.5–64.5",
            "60.0 55.5–63.5",
            "59.0 54.5–62.5",
            "58.0 53.5–61.5",
            "56.0 51.5–59.5",
            "55.0 50.5–58.5",
        ],
        ["Unanswerable", "1", "74.0 69.5–77.5", "–", "72.0 67.5–75.5", "71.0 66.5–74.5", "69.0 64.5–72.5", "–"],
        [
            "Facts",
            "3",
            "55.0 50.5–58.5",
            "54.0 49.5–57.5",
            "53.0 48.5–56.5",
            "52.0 47.5–55.5",
            "50.0 45.5–53.5",
            "49.0 44.5–52.5",
        ],
    ]


def test_comparison():
    root = page(comparison=comparison(gained=31))
    assert table(root, "baseline-caption")[1:] == [
        ["Right", "50.0", "54.2", "+4.2 +1.1 to +7.3", "below 0.001", "400", "more than noise"],
        ["F1", "61.0", "60.5", "−0.5 −2.5 to +1.5", "0.610", "400", "may be chance"],
        ["Right, with source", "40.0", "40.0", "+0.0 +0.0 to +0.0", "1.000", "300", "the same"],
        ["A passage with an accepted answer (hit@5)", "70.0", "75.0", "+5.0 +1.0 to +9.0", "0.020", "320",
         "more than noise"],
        ["The order as a whole (nDCG@10)", "60.0", "61.0", "+1.0 −1.0 to +3.0", "0.300", "310", "may be chance"],
    ]  # fmt: skip
    assert "reader_sha256: 53aa51172d14 -> cdcdcdcdcdcd" in section(root, "baseline")
    gained, lost = root.xpath("//*[@id='baseline']//details")
    assert len(gained.xpath(".//li")) == 30
    assert "1 more, not listed" in text(gained)
    assert texts(gained.xpath(".//li")[0], ".//dd") == [
        "withheld (best candidate “Odile Brandt”, 0.30)",
        "“Ada Kall” (0.80)",
    ]
    assert text(lost) == "Questions lost: 0"


def test_a_comparison_of_a_set_that_judges_only_the_search():
    rows = [row("q", judged=False, answerable=False, accepted=(), answer=None, best="", place=None)]
    found = replace(comparison(gained=0), differences=comparison().differences[4:])
    shown = page(rows, NOTHING, comparison=found)
    assert [line[0] for line in table(shown, "baseline-caption")[1:]] == ["The order as a whole (nDCG@10)"]
    assert not shown.xpath("//*[@id='baseline']//details")
    nothing = section(page(rows, NOTHING, comparison=replace(found, differences=())), "baseline")
    assert "There is nothing to compare: the set names neither answers nor articles." in nothing


def test_unanswerable_questions_by_why(usual):
    assert table(usual, "why-caption")[1:] == [
        ["The archive tells of another event like it", "80.0 55.5–92.5", "20"],
        ["The question takes for granted what isn’t so", "100.0 34.2–100.0", "2"],
    ]
    assert not page(scores=replace(SCORES, why={})).xpath("//*[@id='why-caption']")


def test_the_report_says_what_is_resampled(usual):
    def told(root):
        (note,) = [line for line in texts(root, "//p[@class='note']") if line.startswith("The 95% interval")]
        terms, meanings = (texts(root, f"//dl[@class='definitions']//{tag}") for tag in ("dt", "dd"))
        return note, dict(zip(terms, meanings, strict=True))["95% interval"]

    note, meaning = told(usual)
    assert "(by resampling questions)" in note
    assert "resampling questions, seed 7" in meaning
    note, meaning = told(page(scores=replace(SCORES, stories=9)))
    assert "(by resampling stories): other stories and questions" in note
    assert meaning.startswith("By drawing the 9 stories again and again at random, each with all its questions")
    assert "A figure over fewer than 5 of them resamples questions." in meaning


def test_abstention_calibration_search_and_time(usual):
    assert table(usual, "abstaining-caption")[1:] == [
        ["AUROC (0 to 1, higher is better)", "0.842 0.801–0.882", "4"],
        ["AURC (0 to 1, lower is better)", "–", "–"],
        ["Coverage at 90% precision, %", "38.8 34.3–42.3", "4"],
    ]
    assert "confidence of 0.50 or more" in section(usual, "abstaining")
    assert "give those from 0.62: a mean cost of 0.346 a question" in section(usual, "abstaining")
    assert table(usual, "calibration-caption")[1][1] == "0.052 0.031–0.072"
    assert table(usual, "bins-caption")[1:] == [["0.0–50.0", "31.0", "25.0", "3"], ["50.0–100.0", "80.0", "100.0", "1"]]
    assert table(usual, "search-caption") == [
        ["Figure", "first 1", "first 5", "first 10", "Questions"],
        ["A passage with an accepted answer (hit@k)", "51.0 46.5–54.5", "71.0 66.5–74.5", "", "4"],
        ["Articles that should be found (recall@k)", "", "81.0 76.5–84.5", "", "4"],
        ["The order as a whole (nDCG@k)", "", "", "77.7 73.2–81.2", "4"],
    ]
    assert table(usual, "time-caption")[1:] == [
        ["Search", "8.2", "12.5"],
        ["Reading", "140.0", "190.0"],
        ["Altogether", "149.0", "204.1"],
    ]


def test_plots_say_what_they_show(usual):
    described = dict(zip(texts(usual, "//svg/title"), texts(usual, "//svg/desc"), strict=True))
    # Two of four questions were answered, one of them wrongly; from 0.62, three would be (one is unanswerable).
    assert described["Risk-coverage curve"] == (
        "now: 50.0% answered, 50.0% wrong. cheapest: 75.0% answered, 66.7% wrong. "
        "With everything answered, 50.0% are wrong."
    )
    assert described["Reliability diagram"] == "31% sure: 25% right (n = 3); 80% sure: 100% right (n = 1)."
    assert "Reading: median 140.0, 95th percentile 190.0" in described["Milliseconds by stage"]


def test_a_mistake_shows_its_passage_with_exactly_the_span_marked():
    candidates = (CandidateRow("Odile Brandt", 0.8, False, {}), CandidateRow("Kall", 0.3, True, {}))
    root = page([row("wrong", candidates=candidates)])
    (case,) = root.xpath("//li[@class='case']")
    assert [mark.text_content() for mark in case.xpath(".//mark")] == ["Odile Brandt"]
    assert case.xpath(".//blockquote")[0].text_content() == PASSAGE
    assert texts(case, ".//dd") == ["Ada Kall / Mrs Kall", "Odile Brandt, confidence 0.80"]
    assert texts(case, ".//p[@class='meta']") == [
        "Facts · asked as of 19 May 2031 · wrong",
        "A right answer was candidate 2 (confidence 0.30): “Kall”.",
    ]
    assert texts(case, ".//figcaption") == ["Tarn elects a mayor, Tarn Weekly, 4 May 2031"]


def test_a_long_passage_is_cut_around_its_span():
    (quoted,) = page([row("wrong", place=place("here", "word " * 400 + "here" + " word" * 400))]).xpath("//blockquote")
    assert [mark.text_content() for mark in quoted.xpath("./mark")] == ["here"]
    # The 600 characters on either side end within the 120th word of five.
    assert quoted.text_content() == f"… {'word ' * 119}here{' word' * 119} …"


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 5), (90, 400)])
def test_a_span_outside_its_passage_marks_nothing(start, end):
    (quoted,) = page([row("wrong", place=place(start=start, end=end))]).xpath("//blockquote")
    assert (quoted.text_content(), quoted.xpath("./mark")) == (PASSAGE, [])


def test_mistakes_are_the_surest_twenty_with_errors_counted_above():
    rows = [row(f"w{at:02}", confidence=0.5 + at / 100) for at in range(23)]
    rows += [row("nan", confidence=float("nan")), row("e", answer=None, error="missing from the run")]
    root = page(rows, replace(SCORES, errors=1))
    shown = texts(root, "//li[@class='case']//h3")
    assert shown == [f"Who chairs the port authority (w{at:02})?" for at in range(22, 2, -1)]
    assert "24 answers were given and wrong. The 20 of which" in section(root, "mistakes")
    assert "1 question counts as wrong without an answer: missing from the run (1)." in section(root, "mistakes")


def test_withheld_though_right():
    rows = [row(f"h{at:02}", **{**RIGHT, "answer": None}, confidence=at / 100) for at in range(12)]
    root = page(rows)
    assert texts(root, "//*[@id='mistakes']/h3") == ["Withheld, though right: 12"]
    assert [line[-5:-2] for line in texts(root, "//*[@id='mistakes']//li/p[1]")] == [
        f"h{at:02}" for at in range(11, 1, -1)
    ]
    assert "No answer that was given is wrong." in section(root, "mistakes")


@cache
def hostile_page(evil):
    one = row(
        "x",
        type=evil,
        question=evil,
        as_of=evil,
        accepted=(evil,),
        answer=evil,
        best=evil,
        candidates=(CandidateRow(evil, 0.2, True, {}),),
        place=CandidatePlace(evil, evil, evil, evil, f"before {evil} after", 7, 7 + len(evil)),
    )
    withheld = replace(one, id=evil, answer=None, right=True)
    error = replace(one, id="e", answer=None, error=evil)
    facts = replace(FACTS, gold=evil, split=evil, reader=evil, settings={evil: evil, "given_from": evil})
    scores = replace(
        SCORES,
        groups={"all": group(50.0), evil: group(40.0)},
        why={evil: figure(40.0)},
        latency_ms={evil: (1.0, 2.0)},
        citations={evil: figure(1.0)},
        errors=1,
    )
    compared = replace(comparison(), gained=((withheld, one),), lost=((one, error),), changed_facts=(evil,))
    return report_html(
        Run(replace(facts, n=3), (one, withheld, error)), scores, comparison=compared, floors_broken=[evil]
    )


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_is_shown_as_the_letters_it_is(evil):
    written = hostile_page(evil)
    written.encode("utf-8")
    root = html.document_fromstring(written)
    assert not root.xpath("//script|//img|//iframe|//a[not(starts-with(@href, '#'))]|//@*[starts-with(name(), 'on')]")
    harmless = html.document_fromstring(hostile_page("harmless"))
    assert {element.tag for element in root.iter()} == {element.tag for element in harmless.iter()}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written)
    shown = {"\u202e": "[U+202E]", "\u202c": "[U+202C]", "\u2066": "[U+2066]", "\u2069": "[U+2069]"}
    shown |= {"\x00": "␀", "\x1b": "␛", "\ud800": "[U+D800]"}
    expected = "".join(shown.get(character, character) for character in evil)
    (mark,) = root.xpath("//mark")
    assert mark.text_content() == expected
    assert text(root.xpath("//h1")[0]) == expected
    assert texts(root, "//li[@class='case']//h3")[0] == expected


def addresses(written):
    root = html.document_fromstring(written)
    linked = root.xpath("//@src|//@href|//@action|//@srcset|//@*[local-name()='href']")
    return linked, re.findall(r"url\(\s*([^)]*)", written)


def test_the_page_needs_nothing_else():
    written = report_html(Run(FACTS, ROWS), SCORES, comparison=comparison())
    linked, loaded = addresses(written)
    assert linked
    assert all(one.startswith("#") for one in [*linked, *loaded])
    assert "@import" not in written
    root = html.document_fromstring(written)
    assert not root.xpath("//script|//link|//iframe|//object|//form")
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_same_run_gives_the_same_bytes_and_leaves_matplotlib_as_it_was(tmp_path):
    import matplotlib

    first, second = tmp_path / "new/first.html", tmp_path / "second.html"
    write_report(first, Run(FACTS, ROWS), SCORES)
    with matplotlib.rc_context({"font.size": 30.0, "xtick.direction": "in", "svg.hashsalt": "other"}):
        before = dict(matplotlib.rcParams)
        shuffled = replace(FACTS, settings=dict(reversed(FACTS.settings.items())))
        write_report(second, Run(shuffled, ROWS), SCORES)
        assert dict(matplotlib.rcParams) == before
    assert first.read_bytes() == second.read_bytes()


def test_ids_are_unique_and_everything_is_named():
    root = page(comparison=comparison(), floors_broken=["right is low."])
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = root.xpath("//@aria-labelledby|//a/@href|//svg//use/@href")
    assert {name.removeprefix("#") for one in named for name in one.split()} <= set(ids)
    assert all(one.xpath("./caption") and not one.xpath(".//th[not(@scope)]") for one in root.xpath("//table"))
    assert all(one.get("role") == "img" and text(one.xpath("./desc")[0]) for one in root.xpath("//svg"))
    levels = [int(one.tag[1]) for one in root.xpath("//h1|//h2|//h3|//h4")]
    assert levels[:2] == [1, 2]
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_facts_are_in_the_small_print_with_hashes_shortened(usual):
    facts = dict(table(usual, "facts-caption")[1:])
    assert facts["gold_sha256"] == "53aa51172d14"
    assert HASH in usual.xpath("//abbr/@title")
    assert facts["settings"] == "given_from 0.5, passages_read 12"
    assert (facts["seed"], facts["confidence_sha256"]) == ("7", "–")
    assert "bootstrap, resampling questions, seed 7" in section(usual, "small-print")


def test_a_set_that_judges_only_the_search():
    rows = [row("q", judged=False, answerable=False, accepted=(), answer=None, best="", place=None)]
    root = page(rows, NOTHING)
    assert texts(root, "//p[@class='number']") == ["77.7", "81.0%"]
    assert texts(root, "//h2") == ["Search", "Every question", "Small print"]
    assert "only the search is judged" in text(root.xpath("//p[@class='deck']")[0])
    assert not root.xpath("//svg")


def test_what_is_missing_is_a_dash_and_nothing_is_cut_short():
    figures = {"all": group(float("nan"), right_source=None, best_right=None, f1=Figure(0.0, 0.0, 0.0, 1))}
    scores = replace(NOTHING, groups=figures, threshold=Threshold(float("inf"), 0.25), retrieval={})
    root = page([row("none", answerable=False, accepted=(), answer=None, place=None)], scores)
    assert texts(root, "//p[@class='number']") == ["–", "–"]
    assert table(root, "types-caption")[1] == ["All questions", "4", "– –", "–", "– –", "0.0 0.0–0.0", "– –", "–"]
    for part, sentence in {
        "abstaining": "give no answer at all: a mean cost of 0.250",
        "search": "The set names no articles that should be found",
        "mistakes": "No right candidate was withheld.",
    }.items():
        assert sentence in section(root, part)
    assert not root.xpath("//*[@id='baseline']|//*[@class='gate']")


def test_a_file_that_cannot_be_written_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_report(tmp_path, Run(FACTS, ROWS), SCORES)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_sticks_out_and_nothing_is_asked_for(tmp_path, scheme):
    from playwright.sync_api import sync_playwright

    file = tmp_path / "report.html"
    long = "unbrokenwordofunusuallength" * 8
    rows = (*ROWS, row(long, question=long, answer=long, place=place(long, long, title=long)))
    facts = replace(FACTS, gold=long, n=len(rows))
    write_report(file, Run(facts, rows), SCORES, comparison=comparison(), floors_broken=[long])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        visit = browser.new_page(viewport={"width": 360, "height": 740}, is_mobile=True, color_scheme=scheme)
        asked, complaints = [], []
        visit.on("request", lambda request: asked.append(request.url))
        visit.on("console", lambda message: complaints.append(message.text))
        visit.goto(file.as_uri())
        width = visit.evaluate("document.documentElement.scrollWidth")
        colours = visit.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
        browser.close()
    assert (width, asked, complaints) == (360, [file.as_uri()], [])
    light = ["rgb(253, 252, 249)", "rgb(28, 25, 23)"]
    assert colours == (light if scheme == "light" else ["rgb(23, 23, 27)", "rgb(236, 235, 231)"])
