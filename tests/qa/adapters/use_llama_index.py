"""Run by `make adapters` in an environment with llama-index-core."""

import asyncio

import pytest
from llama_index.core import QueryBundle
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import MetadataMode, NodeWithScore, TextNode

from pullquote import InputError, NotAnArchive
from pullquote.qa.adapters.llama_index import PullquoteRetriever

QUESTION = "Who chairs the port authority?"
CHAIR = "The port authority is chaired by Kallander since Friday."


def test_nodes_are_what_was_printed(archive, is_printed):
    nodes = PullquoteRetriever(archive).retrieve(QUESTION)
    assert len(nodes) == 3
    for found in nodes:
        assert type(found) is NodeWithScore
        assert type(found.node) is TextNode
        is_printed(found.text, found.metadata)
        article = archive.article(found.node.ref_doc_id)
        assert article.text[found.node.start_char_idx : found.node.end_char_idx] == found.text
    scores = [found.score for found in nodes]
    assert scores == sorted(scores, reverse=True)
    assert {found.node.ref_doc_id for found in nodes[:2]} == {"https://post.example/1", "https://post.example/4"}


@pytest.mark.parametrize(
    "bounds",
    [
        {"outlets": "Harbour Post", "until": "2031-05-04"},
        {"authors": ["Mara Lind"], "since": "2031-05-02"},
        {"since": "2031-05-03", "as_of": "2031-05-04"},
    ],
)
def test_bounds(folder, bounds):
    (found,) = PullquoteRetriever(str(folder), **bounds).retrieve(QueryBundle(QUESTION))
    assert (found.node_id, found.text) == ("https://post.example/4:0-56", CHAIR)


def test_names_that_can_be_read_once_bound_every_call(folder):
    retriever = PullquoteRetriever(folder, outlets=iter(["Brask Daily"]))
    assert [len(retriever.retrieve(QUESTION)) for _ in range(2)] == [1, 1]


def test_coroutines(folder):
    retriever = PullquoteRetriever(folder, similarity_top_k=2)
    found = retriever.retrieve(QUESTION)
    assert len(found) == 2
    assert asyncio.run(retriever.aretrieve(QUESTION)) == found


def test_in_a_query_engine(folder):
    retriever = PullquoteRetriever(folder, similarity_top_k=1, outlets="Harbour Post")
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
    response = engine.query(QUESTION)
    assert [node.text for node in response.source_nodes] == [CHAIR]
    # The mock answers with its prompt: the facts for people are in it, those for programs aren't.
    assert CHAIR in response.response
    assert "outlet: Harbour Post" in response.response
    assert "published: 2031-05-04" in response.response
    assert "sha256" not in response.response


def test_scores_can_be_cut_off(folder):
    cut = SimilarityPostprocessor(similarity_cutoff=0.0)
    engine = RetrieverQueryEngine.from_args(PullquoteRetriever(folder), llm=MockLLM(), node_postprocessors=[cut])
    found = {node.node.ref_doc_id for node in engine.query(QUESTION).source_nodes}
    assert "https://post.example/4" in found
    assert "https://post.example/5" not in found


def test_one_passage_found_twice_is_one(folder):
    both = [PullquoteRetriever(folder), PullquoteRetriever(folder, since="2031-05-04")]
    fused = QueryFusionRetriever(
        both, llm=MockLLM(), num_queries=1, mode="reciprocal_rerank", similarity_top_k=10, use_async=False
    )
    assert sorted(node.node.ref_doc_id[-1] for node in fused.retrieve(QUESTION)) == ["1", "4", "5"]


def test_a_model_reads_facts_for_people_only(folder):
    (found,) = PullquoteRetriever(folder, until="2031-05-01").retrieve(QUESTION)
    shown = found.node.get_content(MetadataMode.LLM).partition("\n\n")[0]
    assert shown.splitlines() == [
        "title: Søren chairs on ⚓",
        "outlet: Brask Daily",
        "published: 2031-05-01",
        "authors: ['Mara Lind']",
    ]


def test_errors_are_sentences(folder, tmp_path):
    with pytest.raises(NotAnArchive, match="There is no archive at"):
        PullquoteRetriever(tmp_path / "none.pq")
    with pytest.raises(InputError, match="since must be a day such as 2031-05-04, not 'May'"):
        PullquoteRetriever(folder, since="May")
    with pytest.raises(InputError, match="similarity_top_k must be a whole number from 1 to 10,000, not 0"):
        PullquoteRetriever(folder, similarity_top_k=0)
    with pytest.raises(InputError, match="Harbor Post"):
        PullquoteRetriever(folder, outlets="Harbor Post").retrieve(QUESTION)


def test_the_pages_code(snippet):
    (line,) = snippet("llama-index")
    assert line == f"{CHAIR} Harbour Post 2031-05-04 0 56"
