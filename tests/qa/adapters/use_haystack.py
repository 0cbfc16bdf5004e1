"""Run by `make adapters` in an environment with haystack-ai."""

import asyncio
import datetime as dt

import pytest
from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.joiners import DocumentJoiner
from haystack.core.errors import DeserializationError

from pullquote import Archive, ArchiveError, InputError, NotAnArchive
from pullquote.qa.adapters.haystack import PullquoteRetriever

QUESTION = "Who chairs the port authority?"
CHAIR = "The port authority is chaired by Kallander since Friday."
TEMPLATE = "{% for one in documents %}{{ one.meta.outlet }}, {{ one.meta.published }}: {{ one.content }}{% endfor %}"


def test_documents_are_what_was_printed(archive, is_printed):
    documents = PullquoteRetriever(archive).run(QUESTION)["documents"]
    assert len(documents) == 3
    for document in documents:
        assert type(document) is Document
        is_printed(document.content, document.meta)
    scores = [document.score for document in documents]
    assert scores == sorted(scores, reverse=True)
    assert {document.meta["article_id"] for document in documents[:2]} == {
        "https://post.example/1",
        "https://post.example/4",
    }


@pytest.mark.parametrize(
    "filters",
    [
        {"outlets": "Harbour Post", "until": "2031-05-04"},
        {"authors": ["Mara Lind"], "since": dt.date(2031, 5, 2)},
        {"since": "2031-05-03", "as_of": "2031-05-04"},
    ],
)
def test_filters_of_the_component_and_of_a_run(folder, filters):
    (document,) = PullquoteRetriever(folder, filters=filters).run(QUESTION)["documents"]
    assert (document.id, document.content) == ("https://post.example/4:0-56", CHAIR)
    other = PullquoteRetriever(str(folder), top_k=2, filters={"since": "2031-05-05"})
    assert other.run(QUESTION, filters=filters)["documents"] == [document]
    assert len(other.run(QUESTION, filters={})["documents"]) == 2
    assert len(other.run(QUESTION, top_k=3, filters={})["documents"]) == 3


def pipeline(retriever: PullquoteRetriever) -> Pipeline:
    made = Pipeline()
    made.add_component("retriever", retriever)
    made.add_component("prompt", PromptBuilder(TEMPLATE, required_variables=["documents"]))
    made.connect("retriever.documents", "prompt.documents")
    return made


def test_in_a_pipeline_that_is_dumped_and_loaded(folder):
    given = pipeline(
        PullquoteRetriever(folder, top_k=1, filters={"since": dt.date(2031, 5, 4), "outlets": ["Harbour Post"]})
    )
    loaded = Pipeline.loads(given.dumps(), allowed_modules=["pullquote"])
    assert loaded.to_dict() == given.to_dict()
    for one in (given, loaded):
        assert one.run({"retriever": {"query": QUESTION}}) == {
            "prompt": {"prompt": f"Harbour Post, 2031-05-04: {CHAIR}"}
        }
    assert loaded.run({"retriever": {"query": QUESTION, "filters": {"until": "2031-05-01"}}})["prompt"][
        "prompt"
    ].startswith("Brask Daily, 2031-05-01: ")
    with pytest.raises(DeserializationError):
        Pipeline.loads(given.dumps())  # Haystack's own rule, which docs/api.md tells


def test_an_open_archive_is_dumped_as_its_folder(archive, folder):
    assert PullquoteRetriever(archive).to_dict() == PullquoteRetriever(folder).to_dict()
    assert PullquoteRetriever.from_dict(PullquoteRetriever(archive).to_dict()).archive == str(folder)


def test_in_a_pipeline_of_coroutines(folder):
    found = asyncio.run(
        pipeline(PullquoteRetriever(folder, top_k=1, filters={"since": "2031-05-04"})).run_async(
            {"retriever": {"query": QUESTION}}
        )
    )
    assert found == {"prompt": {"prompt": f"Harbour Post, 2031-05-04: {CHAIR}"}}


def test_one_passage_found_twice_is_one(folder):
    made = Pipeline()
    made.add_component("all", PullquoteRetriever(folder))
    made.add_component("late", PullquoteRetriever(folder, filters={"since": "2031-05-04"}))
    made.add_component("joiner", DocumentJoiner())
    made.connect("all", "joiner")
    made.connect("late", "joiner")
    found = made.run({"all": {"query": QUESTION}, "late": {"query": QUESTION}})["joiner"]["documents"]
    assert sorted(document.meta["published"][-1] for document in found) == ["1", "4", "5"]


def test_warmed_up_and_closed(folder, archive):
    retriever = PullquoteRetriever(folder)
    retriever.warm_up()
    opened = retriever._opened
    retriever.close()
    with pytest.raises(ArchiveError, match="is closed"):
        opened.search(QUESTION)
    assert len(retriever.run(QUESTION)["documents"]) == 3
    given = PullquoteRetriever(archive)
    given.warm_up()
    given.close()
    assert isinstance(archive, Archive)
    assert archive.count_articles() == 3


def test_errors_are_sentences(folder, tmp_path):
    missing = PullquoteRetriever(tmp_path / "none.pq")  # a pipeline can be loaded where its archive isn't
    with pytest.raises(NotAnArchive, match="There is no archive at"):
        missing.run(QUESTION)
    with pytest.raises(InputError, match="since must be a day such as 2031-05-04, not 'May'"):
        PullquoteRetriever(folder, filters={"since": "May"})
    with pytest.raises(InputError, match="top_k must be a whole number from 1 to 10,000, not 0"):
        PullquoteRetriever(folder, top_k=0)
    with pytest.raises(InputError, match="There is no filter 'field'; there are since"):
        PullquoteRetriever(folder).run(QUESTION, filters={"field": "meta.outlet", "operator": "==", "value": "x"})


def test_the_pages_code(snippet):
    (line,) = snippet("haystack")
    assert line == f"{CHAIR} Harbour Post 2031-05-04"
