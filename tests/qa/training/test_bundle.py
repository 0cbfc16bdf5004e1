"""What travels to another machine and what comes back: whole, in parts, and without anything else installed."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pullquote.errors import InputError, SourceError
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.weights import load_packed, pack
from pullquote.qa.training.bundle import main, make_bundle, needed_modules
from pullquote.qa.training.data.examples import Example
from pullquote.qa.training.data.preparation import _tokenized
from pullquote.qa.training.results import join_parts, split, write_parts

# What the recipe may need besides Python itself; tokenizers and regex come with transformers.
ALLOWED = {"pullquote", "torch", "transformers", "regex", "numpy", "safetensors", "tokenizers"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any) -> Path:
    """The parts of a bundle, of 16 MiB at most."""
    folder = tmp_path_factory.mktemp("bundle")
    rows = [Example("who chairs", "the port chairs mara", "", ((16, "mara"),), "toy", "1")]
    _tokenized(rows, tokenizer, lambda *_: None).save(folder / "prepared" / "train.npz")
    make_bundle(folder / "prepared", folder / "parts", part_bytes=16 * 2**20)
    return folder / "parts"


def test_parts_are_no_larger_than_they_may_be_and_make_one_archive(bundle: Path, tmp_path: Path):
    parts = sorted(bundle.iterdir())
    assert [part.name for part in parts] == [f"bundle.tar.{number:03d}" for number in range(len(parts))]
    assert {part.stat().st_size for part in parts[:-1]} == {16 * 2**20}
    whole = tmp_path / "bundle.tar"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    with tarfile.open(whole) as archive:
        names = archive.getnames()
        small = archive.extractfile("models/small/model.int8.safetensors")
        assert small is not None
        assert small.read() == (shipped_reader_folder() / "model.int8.safetensors").read_bytes()
    assert {"train.npz", "models/large/model.nf4.safetensors", "models/large/tokenizer.json"} <= set(names)
    assert {"pullquote/__init__.py", "pullquote/qa/training/recipe.py", "pullquote/qa/training/steps/loop.py"} <= set(
        names
    )
    assert not [name for name in names if "README" in name or name.startswith("/") or ".." in name]


def test_the_code_in_it_runs_where_nothing_else_is_installed(bundle: Path, tmp_path: Path):
    whole = tmp_path / "bundle.tar"
    whole.write_bytes(b"".join(part.read_bytes() for part in sorted(bundle.iterdir())))
    with tarfile.open(whole) as archive:
        archive.extractall(tmp_path, filter="data")
    # Only this package is refused elsewhere than in the bundle; what torch and the like import is their affair.
    script = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("pullquote"):
            return None
        caller = sys._getframe(1)
        while caller and caller.f_globals.get("__name__", "").startswith("importlib"):
            caller = caller.f_back
        module = caller.f_globals.get("__name__", "") if caller else ""
        if module.startswith("pullquote") and name.partition(".")[0] not in set(sys.argv[2].split(",")):
            if name.partition(".")[0] not in sys.stdlib_module_names:
                raise ImportError(f"{module} imports {name}")
        return None
sys.meta_path.insert(0, Watch())
for name in sys.argv[3].split(","):
    importlib.import_module(name)
import pullquote
print(pullquote.__file__)
"""
    modules = sorted(needed_modules("pullquote.qa.training.recipe"))
    done = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            f"import site; site.main()\n{script}",
            tmp_path,
            ",".join(ALLOWED),
            ",".join(modules),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == tmp_path / "pullquote" / "__init__.py"


def test_modules_are_found_through_functions_but_not_for_type_checkers():
    modules = needed_modules("pullquote.qa.training.recipe")
    assert "pullquote.qa.reading.int8" in modules  # imported in a function
    assert not {"pullquote.index.archive", "pullquote.qa.engine", "pullquote.index.backends.lexical"} & set(modules)


def test_without_prepared_examples_there_is_no_bundle(tmp_path: Path):
    with pytest.raises(SourceError, match="holds no prepared examples"):
        make_bundle(tmp_path, tmp_path / "parts")
    with pytest.raises(InputError, match="--part-mib"):
        main(["make", str(tmp_path), "--output", str(tmp_path), "--part-mib", "0"])


def test_results_come_back_as_they_were(tiny_reader: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for bits, name in ((4, "large"), (8, "small")):
        folder = pack(tiny_reader, tmp_path / name, bits=bits).parent
        log = tmp_path / "log.txt"
        log.write_text("figures")
        write_parts(folder, tmp_path / "parts", name, log=log)
    main(["join", str(tmp_path / "parts"), "--output", str(tmp_path / "back")])
    assert capsys.readouterr().out.count("million numbers") == 2
    for name in ("large", "small"):
        for file in (tmp_path / name).iterdir():
            assert (tmp_path / "back" / name / file.name).read_bytes() == file.read_bytes()
        assert (tmp_path / "back" / name / "log.txt").read_text() == "figures"
        assert load_packed(tmp_path / "back" / name)[1] == load_packed(tmp_path / name)[1]


def test_a_damaged_or_missing_part_is_named(tiny_reader: Path, tmp_path: Path):
    with pytest.raises(SourceError, match="holds no parts"):
        join_parts(tmp_path, tmp_path / "back")
    (part,) = write_parts(pack(tiny_reader, tmp_path / "packed").parent, tmp_path / "parts", "small")
    data = part.read_bytes()
    # Somewhere inside the weights.
    at = data.index(b"\x00" * 16, 30_000) - 8
    part.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(SourceError, match=r"in the parts of small .* isn't what was written"):
        join_parts(tmp_path / "parts", tmp_path / "back")
    part.write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match="damaged, or one is missing"):
        join_parts(tmp_path / "parts", tmp_path / "back")
    assert not (tmp_path / "back" / "small").exists()


def test_older_parts_are_removed(tmp_path: Path):
    assert len(split(b"x" * 25, tmp_path, "large.tar", part_bytes=10)) == 3
    assert [part.read_bytes() for part in split(b"y" * 12, tmp_path, "large.tar", part_bytes=10)] == [b"y" * 10, b"yy"]
    assert len(list(tmp_path.iterdir())) == 2
