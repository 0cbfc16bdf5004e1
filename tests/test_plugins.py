"""Readers, embedders and source formats of other packages: installed, used, broken, and in each other's way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from pullquote.articles import Article
from pullquote.errors import ModelError
from pullquote.index.archive import Archive
from pullquote.index.sources.discovery import discover
from pullquote.qa.engine import Engine
from pullquote.qa.reading.paired import load_reader, reader_names

from fakes import CapitalReader, HashEmbedder

TESTS = Path(__file__).parent

# A package as somebody else would write it: of Pullquote it imports what `pullquote` exports.
CODE = """
import hashlib, re
import numpy as np
from pullquote import Article, Reading, ScoredSpan, Skipped

def read_notes(source):
    for number, line in enumerate(source.read_bytes().decode().splitlines(), 1):
        outlet, _, text = line.partition("|")
        if not text:
            yield Skipped(f"{source.name}:{number}", "has no bar")
            continue
        yield Article(text.strip(), outlet=outlet, source=f"{source.name}:{number}")
    if "burst" in source.name:
        raise RuntimeError("out of ink")

class Letters:
    name, sha256, dimension = "letters", "1" * 64, 26
    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]
    def embed_passages(self, texts, *, progress=None):
        counts = np.array([[1 + text.lower().count(chr(97 + at)) for at in range(26)] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)
    def embed_query(self, text):
        return self.embed_passages([text])[0]

class FirstNumber:
    name, sha256, folder = "first-number", "2" * 64, None
    def read(self, question, passages, *, spans=5):
        found = [re.search(r"[0-9]+", passage.text) for passage in passages]
        return [Reading((ScoredSpan(*one.span(), 5.0),) if one else (), 0.0) for one in found]

def fails():
    raise RuntimeError("no ink")

def misnamed():
    made = Letters()
    made.name = "other"
    return made
"""
ENTRIES = """
[pullquote.sources]
note = ink_press:read_notes

[pullquote.embedders]
letters = ink_press:Letters

[pullquote.readers]
first-number = ink_press:FirstNumber
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """`install(package, entry points, code)` puts a package on `sys.path` as pip would, and returns the folder."""

    def installed(package: str = "ink-press", entries: str = ENTRIES, code: str = CODE) -> Path:
        site = tmp_path / f"site-{package}"
        module = package.replace("-", "_")
        info = site / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(entries, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, module, raising=False)
        return site

    return installed


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    file = tmp_path / "clippings/harbour.note"
    file.parent.mkdir()
    file.write_text("Harbour Post|The ferry has 47 seats.\nno bar here\nBrask Daily|Dues rise.\n", encoding="utf-8")
    return file


def test_a_package_brings_one_of_each_to_the_command_line(install, notes: Path, tmp_path: Path):
    site, folder = install(), tmp_path / "news.pq"
    Archive.open(folder, create=True, embedder="letters").close()
    environment = {**os.environ, "PYTHONPATH": str(site), "PULLQUOTE_ARCHIVE": str(folder), "PYTHONWARNINGS": "error"}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-m", "pullquote.ui.cli.app", *arguments]
        return subprocess.run(call, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)

    added = command("add", str(notes), "--json")
    assert added.returncode == 0, added.stderr
    report = json.loads(added.stdout)
    assert (len(report["added"]), report["skipped"]) == (
        2,
        [{"source": f"{notes}:2", "reason": "has no bar", "unsupported": False}],
    )
    asked = command("ask", "How many seats has the ferry?", "--reader", "first-number", "--json")
    assert asked.returncode == 0, asked.stderr
    best = json.loads(asked.stdout)["answers"][0]
    assert (best["text"], best["citations"][0]["outlet"]) == ("47", "Harbour Post")


def test_a_package_brings_one_of_each_to_python(install, notes: Path, tmp_path: Path):
    install()
    assert "first-number" in reader_names()
    with Archive.open(tmp_path / "news.pq", create=True, embedder="letters") as archive:
        assert archive.add(notes.parent).passages == 2
    with Archive.open(tmp_path / "news.pq") as archive:
        assert (archive.embedder.name, archive.info().embedder, archive.info().dimension) == ("letters", "letters", 26)
        answer = Engine(archive, reader="first-number").ask("How many seats has the ferry?")
        assert [value.text for value in answer.answers] == ["47"]


# Another library's runtime: numbers are likely to begin and end an answer, "not here" is as likely as any other word.
RUNTIME = """
from threading import Lock
import numpy as np
from pullquote import SpanReader
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

WORDS = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "47": 3}

class Numbers:
    name, sha256, folder, max_tokens, batch_tokens = "numbers", "3" * 64, None, 64, 256

    def __init__(self):
        words = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))
        words.pre_tokenizer = pre_tokenizers.Whitespace()
        words.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
        )
        self.tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=words, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
        )
        self.tokenizing = Lock()

    def logits(self, windows):
        logits = np.zeros((len(windows), max(len(one.ids) for one in windows)), np.float32)
        for row, window in enumerate(windows):
            logits[row, : len(window.ids)] = 5.0 * (np.array(window.ids) == 3)
        return logits, logits

def numbers():
    return SpanReader(Numbers())
"""


def test_a_package_brings_another_runtime(install, tmp_path: Path):
    install(entries="[pullquote.readers]\nnumbers = ink_press:numbers\n", code=RUNTIME)
    text = f"{'The ferry has many seats. ' * 20}It has 47."  # longer than a window
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles(Article(text))
        answer = Engine(archive, reader="numbers").ask("How many seats has the ferry?")
        value = answer.answers[0].citations[0]
        assert archive.article(value.article_id).text[value.start : value.end] == value.text == "47"
        assert value.reader_score == 10.0


def test_nothing_of_a_package_is_imported_before_it_is_used(install, write_articles, tmp_path: Path):
    install(code="raise ImportError('no ink')")
    assert "first-number" in reader_names()
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add(write_articles({"text": "The ferry is called Nour."}))
        assert Engine(archive, reader=CapitalReader()).ask("What is the ferry called?").answers[0].text == "Nour"
    assert "ink_press" not in sys.modules


def test_a_broken_package_is_named_and_stops_only_what_uses_it(install, notes: Path, write_articles, tmp_path: Path):
    install(code="raise ImportError('no ink')")
    fails = r"of the package ink-press fails \(ImportError: no ink\)"
    with pytest.raises(ModelError, match=f"The reader 'first-number' {fails}"):
        load_reader("first-number")
    with pytest.raises(ModelError, match=f"The embedder 'letters' {fails}"):
        Archive.open(tmp_path / "other.pq", create=True, embedder="letters")
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        report = archive.add([notes, write_articles({"text": "The ferry is called Nour."})])
    assert len(report.added) == 1
    assert [(skipped.source, skipped.reason) for skipped in report.skipped] == [
        (str(notes), "cannot be read: The source 'note' of the package ink-press fails (ImportError: no ink)")
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("fails", r"package ink-press fails \(RuntimeError: no ink\)"),
        ("nothing", r"package ink-press fails \(AttributeError: .*nothing"),
        ("dict", r"package ink-press fails \(TypeError: a dict hasn't the methods of (Reader|Embedder)\)"),
        ("misnamed", r"its name is 'other', by which it would not be found again|hasn't the methods of Reader"),
    ],
)
def test_what_a_package_makes_is_looked_at(install, tmp_path: Path, entry: str, message: str):
    entries = "\n".join(f"[pullquote.{kind}s]\nmine = ink_press:{entry}" for kind in ("reader", "embedder"))
    install(entries=entries, code=f"{CODE}\ndict = dict\n")
    with pytest.raises(ModelError, match=message):
        load_reader("mine")
    with pytest.raises(ModelError, match=message):
        Archive.open(tmp_path / "news.pq", create=True, embedder="mine")


def test_what_a_format_gave_before_it_failed_stands(install, notes: Path, tmp_path: Path):
    install()
    burst = notes.rename(tmp_path / "burst.note")
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        report = archive.add(burst)
        assert len(report.added) == 2
        assert [skipped.reason for skipped in report.skipped] == [
            "has no bar",
            "cannot be read: The source 'note' of the package ink-press fails (RuntimeError: out of ink)",
        ]


def test_articles_of_a_format_are_checked_as_others_are(install, tmp_path: Path):
    code = (
        "from pullquote import Article\ndef read(source):\n    yield from ({}, Article(''), Article('So.', outlet=7))\n"
    )
    install(entries="[pullquote.sources]\n.RAW = ink_press:read", code=code)
    file = tmp_path / "a.raw"
    file.write_text("x", encoding="utf-8")
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        report = archive.add(tmp_path / "*.raw")
        assert [(skipped.source, skipped.reason) for skipped in report.skipped] == [
            (f"{file}:1", "is a dict, not a pullquote.Article"),
            (f"{file}:2", "has an empty text"),
        ]
        assert [(note.source, note.text) for note in report.notes] == [
            (f"{file}:3", "is stored without its outlet, which is a number")
        ]
        assert [article.text for article in archive.articles()] == ["So."]


def test_an_archive_whose_embedder_is_gone_names_the_package(install, tmp_path: Path, monkeypatch):
    install()
    Archive.open(tmp_path / "news.pq", create=True, embedder="letters").close()
    monkeypatch.undo()
    with (
        Archive.open(tmp_path / "news.pq") as archive,
        pytest.raises(ModelError, match=r"embedder 'letters' of the package ink-press, .* pip install ink-press"),
    ):
        archive.search("ferry")


def test_names_of_pullquotes_own_win_and_the_clash_is_told(install, write_articles, tmp_path: Path, monkeypatch):
    install(
        entries="[pullquote.readers]\nsmall = ink_press:FirstNumber\n"
        "[pullquote.sources]\njsonl = ink_press:read_notes\n"
        "[pullquote.embedders]\nall-MiniLM-L6-v2 = ink_press:Letters"
    )
    monkeypatch.setattr("pullquote.qa.reading.paired.TransformersReader", lambda name, bfloat16: f"own {name}")
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    told = "The package ink-press brings a {} named {!r}; Pullquote's own of that name is used."
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert load_reader("small") == "own small"
        archive = Archive.open(tmp_path / "news.pq", create=True, embedder="all-MiniLM-L6-v2")
        report = archive.add(write_articles({"text": "The ferry is called Nour."}))
    assert (archive.embedder.dimension, len(report.added)) == (64, 1)
    assert [str(one.message) for one in warned] == [
        told.format("reader", "small"),
        told.format("embedder", "all-MiniLM-L6-v2"),
        told.format("source", "jsonl"),
    ]


def test_two_packages_under_one_name_are_refused(install, notes: Path, tmp_path: Path):
    install()
    install("other-press")
    both = "The packages ink-press and other-press both bring a {} named {}; uninstall one."
    with pytest.raises(ModelError, match=both.format("reader", "'first-number'")):
        load_reader("first-number")
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        (skipped,) = archive.add(notes).skipped
    assert skipped.reason == "cannot be read: " + both.format("source", "'note'").rstrip(".")


def test_a_file_that_nobody_reads_is_told_what_is_read(install, tmp_path: Path):
    install()
    (tmp_path / "a.blob").write_text("x", encoding="utf-8")
    (skipped,) = discover([tmp_path / "a.blob"])
    assert skipped.reason.endswith(" .zip .note and .gz of these")
