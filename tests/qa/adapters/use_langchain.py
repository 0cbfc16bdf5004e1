"""Run by `make adapters` in an environment with langchain-core."""

import asyncio
import datetime as dt

import pytest
from langchain_core.documents import Document
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import ConfigurableField, RunnableLambda, RunnablePassthrough
from langchain_core.tools import create_retriever_tool

from pullquote import InputError, NotAnArchive
from pullquote.qa.adapters.langchain import PullquoteRetriever

QUESTION = "Who chairs the port authority?"
CHAIR = "The port authority is chaired by Kallander since Friday."


def test_documents_are_what_was_printed(archive, is_printed):
    documents = PullquoteRetriever(archive=archive).invoke(QUESTION)
    assert len(documents) == 3
    for document in documents:
        assert type(document) is Document
        is_printed(document.page_content, document.metadata)
        assert document.metadata["source"] == document.metadata["url"]
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)
    assert {document.metadata["article_id"] for document in documents[:2]} == {
        "https://post.example/1",
        "https://post.example/4",
    }


@pytest.mark.parametrize(
    "bounds",
    [
        {"outlets": "Harbour Post", "until": "2031-05-04"},
        {"authors": ["Mara Lind"], "since": dt.datetime(2031, 5, 2, 12)},
        {"since": "2031-05-03", "as_of": dt.date(2031, 5, 4)},
    ],
)
def test_bounds_of_the_retriever_and_of_a_call(folder, bounds):
    (document,) = PullquoteRetriever(archive=folder, **bounds).invoke(QUESTION)
    assert document.page_content == CHAIR
    assert document.id == "https://post.example/4:0-56"
    assert PullquoteRetriever(archive=str(folder)).invoke(QUESTION, **bounds) == [document]


def test_a_call_takes_the_place_of_the_retrievers_own(folder):
    retriever = PullquoteRetriever(archive=folder, k=1, since="2031-05-05")
    assert [one.metadata["published"] for one in retriever.invoke(QUESTION)] == ["2031-05-05"]
    assert len(retriever.invoke(QUESTION, k=3, since=None)) == 3
    assert len(retriever.bind(k=2, since="2031-05-01").invoke(QUESTION)) == 2


def test_names_that_can_be_read_once_bound_every_call(folder):
    retriever = PullquoteRetriever(archive=folder, outlets=iter(["Brask Daily"]))
    assert [len(retriever.invoke(QUESTION)) for _ in range(2)] == [1, 1]


def test_in_a_chain(folder):
    retriever = PullquoteRetriever(archive=folder, k=1, outlets="Harbour Post")
    cite = RunnableLambda(lambda documents: [f"{one.metadata['outlet']}: {one.page_content}" for one in documents])
    assert (retriever | cite).invoke(QUESTION) == [f"Harbour Post: {CHAIR}"]
    prompt = PromptTemplate.from_template("{printed} {question}")
    chain = {"printed": retriever | cite, "question": RunnablePassthrough()} | prompt
    assert chain.invoke(QUESTION).to_string() == f"['Harbour Post: {CHAIR}'] {QUESTION}"


def test_batches_and_coroutines(folder):
    retriever = PullquoteRetriever(archive=folder, k=2)
    found = retriever.invoke(QUESTION)
    assert retriever.batch([QUESTION, QUESTION]) == [found, found]
    assert asyncio.run(retriever.ainvoke(QUESTION)) == found
    assert asyncio.run(retriever.ainvoke(QUESTION, k=1)) == found[:1]


def test_configured(folder):
    retriever = PullquoteRetriever(archive=folder).configurable_fields(k=ConfigurableField(id="k"))
    assert len(retriever.with_config(configurable={"k": 1}).invoke(QUESTION)) == 1


def test_as_an_agents_tool(folder):
    tool = create_retriever_tool(
        PullquoteRetriever(archive=folder, k=1, since="2031-05-04"),
        "archive",
        "Finds what newspapers printed.",
        document_prompt=PromptTemplate.from_template("{outlet}, {published}: {page_content}"),
    )
    assert tool.invoke({"query": QUESTION}) == f"Harbour Post, 2031-05-04: {CHAIR}"


def test_errors_are_sentences(folder, tmp_path):
    with pytest.raises(NotAnArchive, match="There is no archive at"):
        PullquoteRetriever(archive=tmp_path / "none.pq")
    with pytest.raises(InputError, match="since must be a day such as 2031-05-04, not 'May'"):
        PullquoteRetriever(archive=folder, since="May")
    with pytest.raises(InputError, match="k must be a whole number from 1 to 10,000, not 0"):
        PullquoteRetriever(archive=folder, k=0)
    retriever = PullquoteRetriever(archive=folder)
    with pytest.raises(InputError, match="There is no filter 'outlet'; there are since"):
        retriever.invoke(QUESTION, outlet="Harbour Post")
    with pytest.raises(InputError, match="Harbor Post"):
        retriever.invoke(QUESTION, outlets="Harbor Post")


def test_the_pages_code(snippet):
    (line,) = snippet("langchain")
    assert line.startswith(f"{CHAIR} Harbour Post 2031-05-04 https://post.example/4#:~:text=The%20port")
