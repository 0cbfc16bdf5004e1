"""Train the table of the embedder `fast` on what the default embedder made of archives' passages.

    python -m pullquote.qa.training.distilling ARCHIVE... --output index/fast-embedder/table.safetensors

Each ARCHIVE was made with all-MiniLM-L6-v2 and is embedded to its end. The table learns to give its passages the same
vectors: the loss is one less the cosine. Passages of `--without` (a year) are left out and measured at the end.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import track

from pullquote.commands import run
from pullquote.errors import InputError
from pullquote.index.adding.adding import passage_input
from pullquote.index.archive import Archive
from pullquote.index.embedding.embedder import DEFAULT_SHA256, default_model_folder
from pullquote.index.embedding.fast import MAX_TOKENS
from pullquote.index.embedding.passage_table import PassageTable
from pullquote.index.encoders.tokenizer import FastTokenizer
from pullquote.index.storage.pending import rows_to_embed

_BATCH = 1024
# Beside the average number of a row that isn't nothing. It falls linearly to nothing.
_LEARNING_RATE = 0.2
# How many passages' mean a token's first row is drawn towards that of all passages.
_DRAWN = 3.0
_MEASURED = 4096

Tokens = list[npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Passages:
    """What is learnt: passages' tokens, and (passages, dimension) float32, the vectors that they should get."""

    tokens: Tokens
    vectors: npt.NDArray[np.float32]


def passages_of(archives: Sequence[str], *, without: int | None) -> tuple[Passages, Passages]:
    """Return the passages of archives, and apart from them those of a year.

    Raises:
        InputError: an archive was made with another embedder, or isn't embedded to its end.
    """
    tokenizer = FastTokenizer(default_model_folder(), "bert")
    tokens: tuple[Tokens, Tokens] = ([], [])
    vectors: tuple[list[npt.NDArray[np.float32]], list[npt.NDArray[np.float32]]] = ([], [])
    for path in archives:
        with Archive.open(path) as archive:
            if archive.info().embedder_sha256 != DEFAULT_SHA256:
                raise InputError(f"The archive {path} wasn't made with the default embedder.")
            database = archive._database
            if rows_to_embed(database):
                raise InputError(f"The archive {path} isn't embedded to its end; run first: pullquote optimize")
            held = database.articles_held(archive.generation, archive.generation)
            for rowid in track(held, f"reading {path}", console=Console(stderr=True)):
                article, places = database.article(rowid), database.passages_of(rowid)
                texts = [passage_input(article, article.text[start:end]).strip() for _, start, end, _ in places]
                ids = tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
                part = int(article.published is not None and article.published.year == without)
                tokens[part].extend(np.array(one, dtype=np.int64) for one in ids)
                rows = np.array([row for row, _, _, _ in places])
                vectors[part].append(archive._vectors.take(rows).astype(np.float32))
    if not tokens[0]:
        raise InputError("The archives have no passages to learn from.")
    width = vectors[0][0].shape[1]
    learnt, measured = (
        Passages(some, np.concatenate([np.empty((0, width), np.float32), *made]))
        for some, made in zip(tokens, vectors, strict=True)
    )
    return learnt, measured


class Table(torch.nn.Module):
    """The table while it learns.

    Args:
        rows: (tokens, width) to begin with.
        matrix: (width, dimension).
        shift: (dimension,).
    """

    def __init__(self, rows: torch.Tensor, matrix: torch.Tensor, shift: torch.Tensor) -> None:
        super().__init__()
        self.rows, self.matrix, self.shift = map(torch.nn.Parameter, (rows, matrix, shift))

    @classmethod
    def beginning(cls, passages: Passages, count: int, width: int) -> Table:
        """Return a table that begins with the mean of the passages that hold a token, rarer ones counting more."""
        rows = np.zeros((count, passages.vectors.shape[1]), dtype=np.float32)
        held = np.zeros(count, dtype=np.float32)
        for tokens, vector in zip(passages.tokens, passages.vectors, strict=True):
            known = np.unique(tokens)
            rows[known] += vector
            held[known] += 1
        mean = passages.vectors.mean(axis=0)
        rows = (rows + _DRAWN * mean) / (held + _DRAWN)[:, None] - mean
        rows *= np.log(len(passages.tokens) / (1 + held) + 1)[:, None]
        often = np.argsort(-held)[: max(4 * width, min(len(held), 8192))]
        _, _, directions = np.linalg.svd(rows[often] * np.sqrt(held[often] + 1)[:, None], full_matrices=False)
        matrix = directions[:width]
        return cls(*map(torch.from_numpy, (rows @ matrix.T, matrix.copy(), mean)))

    def forward(self, tokens: Sequence[npt.NDArray[np.int64]]) -> torch.Tensor:
        """Return (passages, dimension), L2-normalised."""
        begins = np.concatenate([[0], np.cumsum([len(one) for one in tokens])[:-1]])
        ids = torch.from_numpy(np.concatenate(tokens))
        means = torch.nn.functional.embedding_bag(ids, self.rows, torch.from_numpy(begins), mode="mean")
        return torch.nn.functional.normalize(means @ self.matrix + self.shift, dim=1)


def train(passages: Passages, *, tokens: int, width: int, epochs: int, seed: int) -> Table:
    """Return the table that learnt the passages."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    table = Table.beginning(passages, tokens, width)
    begun = table.rows.detach()
    peak = _LEARNING_RATE * float(begun[begun.any(dim=1)].abs().mean())
    optimizer = torch.optim.Adam(table.parameters(), lr=peak)
    batches = [
        order[at : at + _BATCH]
        for order in (rng.permutation(len(passages.tokens)) for _ in range(epochs))
        for at in range(0, len(order), _BATCH)
    ]
    for step, rows in enumerate(track(batches, "learning", console=Console(stderr=True))):
        for group in optimizer.param_groups:
            group["lr"] = peak * (1 - step / len(batches))
        wanted = torch.from_numpy(passages.vectors[rows])
        loss = 1 - (table([passages.tokens[row] for row in rows]) * wanted).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return table


def likeness(table: PassageTable, passages: Passages) -> float:
    """Return the mean cosine of a table's vectors and those that passages should get; nan for none."""
    some = np.random.default_rng(0).permutation(len(passages.tokens))[:_MEASURED]
    if not len(some):
        return float("nan")
    return float((table.embed([passages.tokens[row] for row in some]) * passages.vectors[some]).sum(axis=1).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the table of the archives that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--width", type=int, default=160, help="numbers a token (default: 160)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--without", type=int, metavar="YEAR", help="leave its articles out, and measure on them")
    parser.add_argument("--seed", type=int, default=20310504)
    options = parser.parse_args(arguments)
    learnt, measured = passages_of(options.archives, without=options.without)
    count = FastTokenizer(default_model_folder(), "bert").size
    table = train(learnt, tokens=count, width=options.width, epochs=options.epochs, seed=options.seed)
    made = {"passages": len(learnt.tokens), "width": options.width, "epochs": options.epochs, "seed": options.seed}
    parts = [one.detach().numpy() for one in (table.rows, table.matrix, table.shift)]
    PassageTable.save(options.output, *parts, made=json.dumps(made))
    saved = PassageTable.load(options.output)
    print(f"{len(learnt.tokens):,} passages, cosine {likeness(saved, learnt):.3f}")
    if measured.tokens:
        print(f"{len(measured.tokens):,} passages of {options.without}, cosine {likeness(saved, measured):.3f}")


if __name__ == "__main__":
    run(main)
