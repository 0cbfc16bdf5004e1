"""What the recipe needs on another machine, in parts that travel, and its results put together again.

    python -m pullquote.qa.training.bundle make PREPARED --output DIR [--part-mib 60]
    python -m pullquote.qa.training.bundle join RESULTS --output DIR

`make` writes `bundle.tar.000` and on: the prepared examples, the weights to start from and the code, which needs
Python 3.11 or later, torch, transformers, numpy and safetensors, and nothing else. There, `cat bundle.tar.* | tar x`
and `python -m pullquote.qa.training.recipe large --data . --minutes 9 --output runs --results RESULTS`.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pullquote.commands import run
from pullquote.errors import InputError, SourceError
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.weights import load_packed
from pullquote.qa.training.recipe import MODELS, SHIPPED
from pullquote.qa.training.results import join_parts, split

_RECIPE = "pullquote.qa.training.recipe"
# Of a reader's folder, what a training starts from.
_MODEL_FILES = ("*.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json")


def make_bundle(prepared: Path, output: Path, *, part_bytes: int = 60 * 2**20) -> list[Path]:
    """Write the parts of a bundle; return the files.

    Args:
        prepared: folder of prepared examples.
        output: folder for the parts.
        part_bytes: the most that a part holds.

    Raises:
        SourceError: there are no prepared examples.
    """
    examples = sorted(prepared.glob("*.npz"))
    if not examples:
        raise SourceError(f"{prepared} holds no prepared examples (pullquote.qa.training.data.preparation makes them).")
    files = {file.name: file for file in examples}
    for stage, name in SHIPPED.items():
        folder = shipped_reader_folder(name)
        found = (file for pattern in _MODEL_FILES for file in folder.glob(pattern))
        files |= {f"{MODELS}/{stage}/{file.name}": file for file in found}
    files |= {_path_of(module, file): file for module, file in needed_modules(_RECIPE).items()}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, file in sorted(files.items()):
            # Of a file only its name and its bytes: the same bundle wherever it is made.
            entry = tarfile.TarInfo(name)
            entry.size = file.stat().st_size
            with file.open("rb") as content:
                archive.addfile(entry, content)
    return split(stream.getvalue(), output, "bundle.tar", part_bytes=part_bytes)


def needed_modules(name: str) -> dict[str, Path]:
    """Return the modules of this package that a module imports, itself included, and where they lie.

    Imports inside functions count, those for type checkers don't.
    """
    needed: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        spec = importlib.util.find_spec(module)
        if module in needed or spec is None or spec.origin is None:
            continue
        needed[module] = Path(spec.origin)
        tree = ast.parse(needed[module].read_text(encoding="utf-8"))
        for imported in _imports(tree):
            parts = imported.split(".")
            waiting += [".".join(parts[: length + 1]) for length in range(len(parts))]
    return needed


def _imports(tree: ast.AST) -> Iterator[str]:
    """Yield the names of this package's modules that a module's code imports."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "pullquote":
            yield str(node.module)
        yield from _imports(node)


def _path_of(module: str, file: Path) -> str:
    return f"{module.replace('.', '/')}/__init__.py" if file.name == "__init__.py" else f"{module.replace('.', '/')}.py"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a bundle, or join results, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write a bundle in parts")
    make.add_argument("prepared", type=Path, metavar="PREPARED")
    make.add_argument("--output", type=Path, required=True)
    make.add_argument("--part-mib", type=float, default=60, help="the most that a part holds (default: 60)")
    join = commands.add_parser("join", help="put results together and read them")
    join.add_argument("results", type=Path, metavar="RESULTS")
    join.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.command == "make":
        if options.part_mib <= 0:
            raise InputError("--part-mib has to be above 0.")
        for part in make_bundle(options.prepared, options.output, part_bytes=int(options.part_mib * 2**20)):
            print(f"{part}: {part.stat().st_size / 2**20:.1f} MiB")
        return
    for stage, folder in join_parts(options.results, options.output).items():
        model, sha256 = load_packed(folder)
        numbers = sum(parameter.numel() for parameter in model.parameters())
        print(f"{stage}: {folder}, {numbers / 1e6:.1f} million numbers, SHA-256 {sha256}")


if __name__ == "__main__":
    run(main)
