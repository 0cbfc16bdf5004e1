"""How fast `add` embeds, against the bare model and against sentence-transformers' default `encode`.

    python -m pullquote.eval.benchmarks.embedding articles.jsonl.gz [--articles 300]

All three get the same passages in one run: the pipeline (read, cut, embed, store) as `add` runs it; the bare
model's forward passes over ready, length-sorted batches of tokens; `encode` with its defaults. Prints one JSON
object with passages/s of each and the ratios.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pullquote import Archive
from pullquote.articles import Article
from pullquote.commands import run
from pullquote.index.adding.adding import passage_input
from pullquote.index.embedding.embedder import SentenceTransformerEmbedder
from pullquote.index.embedding.precision import has_fast_bfloat16
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.splitting import split_passages
from pullquote.index.sources import SourceFile, discover, read_articles

_ROUND_PASSAGES = 1024


def bare_rate(embedder: SentenceTransformerEmbedder, texts: Sequence[str]) -> float:
    """Return passages/s of the model's forward pass alone: batches are tokenised and padded beforehand."""
    import torch

    model: Any = embedder._model
    rounds = [texts[first : first + _ROUND_PASSAGES] for first in range(0, len(texts), _ROUND_PASSAGES)]
    features = [
        model.preprocess([part[row] for row in rows], prompt=None)
        for part in rounds
        for rows in embedder._batches(part)
    ]
    begun = time.perf_counter()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bfloat16()):
        for batch in features:
            model(batch)
    return len(texts) / (time.perf_counter() - begun)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command of the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m pullquote.eval.benchmarks.embedding", description=__doc__)
    parser.add_argument("articles_file", type=Path)
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args(arguments)
    embedder = SentenceTransformerEmbedder()
    with tempfile.TemporaryDirectory() as temporary:
        sample = Path(temporary) / "sample.jsonl"
        with gzip.open(options.articles_file, "rt", encoding="utf-8") as lines:
            sample.write_text("".join(islice(lines, options.articles)), encoding="utf-8")
        (source,) = (found for found in discover([sample]) if isinstance(found, SourceFile))
        articles = [item for item in read_articles(source) if isinstance(item, Article)]
        texts = [
            passage_input(article, passage.text)
            for article in articles
            for passage in split_passages(article, furniture_ranges(article), embedder.count_tokens)
        ]
        embedder.embed_passages(texts[:64])  # the first call allocates
        with Archive.open(Path(temporary) / "archive", create=True, embedder=embedder) as archive:
            report = archive.add([sample])
        pipeline = report.passages / report.seconds
    bare = bare_rate(embedder, texts)
    begun = time.perf_counter()
    embedder._model.encode(texts, show_progress_bar=False)
    default = len(texts) / (time.perf_counter() - begun)
    print(
        json.dumps(
            {
                "passages": len(texts),
                "tokens": sum(embedder.count_tokens(texts)),
                "bfloat16": has_fast_bfloat16(),
                "pipeline_per_s": round(pipeline, 1),
                "bare_model_per_s": round(bare, 1),
                "default_encode_per_s": round(default, 1),
                "pipeline_to_bare": round(pipeline / bare, 3),
                "pipeline_to_default": round(pipeline / default, 2),
                "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            }
        )
    )


if __name__ == "__main__":
    run(main)
