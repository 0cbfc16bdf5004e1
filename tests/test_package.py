"""The package as a whole: public names, import direction, lightness, the wheel."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pullquote

REPOSITORY = Path(__file__).parent.parent

# Folder -> folders that it may import from.
MAY_IMPORT = {
    "core": {"core"},
    "index": {"core", "index"},
    "qa": {"core", "index", "qa"},
    "ui": {"core", "index", "qa", "ui", "eval"},
    "eval": {"core", "index", "qa", "eval"},
}
# The front door names what lies behind it, but only inside `if TYPE_CHECKING` and by name.
FRONT_DOOR = Path("core/__init__.py")
# Where commands of the contract need the eval layer: `eval`, `calibrate`, `check-gold`, `eval-reader`.
MAY_CALL_EVAL = {
    Path("ui") / name
    for name in (
        "chat/feedback.py",  # writes gold candidates
        "cli/evaluation/calibrate_command.py",
        "cli/evaluation/check_gold_command.py",
        "cli/evaluation/choosing_places.py",
        "cli/evaluation/eval_commands.py",
        "cli/evaluation/eval_render.py",
        "cli/evaluation/gold_commands.py",
        "cli/evaluation/gold_runs.py",
        "cli/evaluation/reviewing.py",
        "cli/training_commands.py",
    )
}


def test_public_names_are_pinned():
    assert pullquote.__all__ == [
        "AddProgress",
        "AddReport",
        "Answer",
        "Archive",
        "ArchiveDamaged",
        "ArchiveError",
        "ArchiveInfo",
        "ArchiveLocked",
        "ArchiveTooNew",
        "ArchiveWriteFailed",
        "Article",
        "ArticleAltered",
        "Candidate",
        "CheckReport",
        "Citation",
        "Course",
        "DatedValue",
        "Embedder",
        "Engine",
        "Filters",
        "Hit",
        "InputError",
        "ModelError",
        "ModelMismatch",
        "NamedSource",
        "NotAnArchive",
        "Note",
        "PackageMissing",
        "Passage",
        "PassagesFound",
        "PullquoteError",
        "Quotation",
        "Reader",
        "ReaderInput",
        "Reading",
        "Remark",
        "RemarkKind",
        "RemoveReport",
        "Rereader",
        "Runtime",
        "ScoredSpan",
        "Searched",
        "Side",
        "Skipped",
        "SourceError",
        "SourceFile",
        "SpanReader",
        "SpanScorer",
        "SpanScores",
        "State",
        "Turn",
        "Window",
        "__version__",
        "load_reader",
        "reader_names",
    ]
    assert all(getattr(pullquote, name) for name in pullquote.__all__)


def test_version_is_the_one_in_pyproject():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pullquote.__version__ == project["version"]


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        pullquote.Nothing  # noqa: B018


def imported_modules(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {node.module or ""}
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_downwards(folder):
    for file in sorted((REPOSITORY / folder).rglob("*.py")):
        relative = file.relative_to(REPOSITORY)
        if relative == FRONT_DOOR:
            continue
        for name in imported_modules(file):
            top, _, rest = name.partition(".")
            assert top not in {"core", "index", "qa", "ui", "eval"}, f"{relative} imports {name} bare"
            if top == "pullquote":
                target = rest.partition(".")[0]
                target = target if target in MAY_IMPORT else "core"
                assert target in MAY_IMPORT[folder], f"{relative} imports {name}"
                if folder == "ui" and target == "eval":
                    assert relative in MAY_CALL_EVAL, f"{relative} imports {name}"


def run_python(code: str, *, home: Path) -> str:
    environment = {**os.environ, "HOME": str(home), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=home, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_light(tmp_path):
    heavy = "{'torch', 'transformers', 'sentence_transformers', 'faiss', 'gradio', 'numpy', 'trafilatura'}"
    code = f"import sys, pullquote; print(sorted({heavy} & set(sys.modules)))"
    assert run_python(code, home=tmp_path).strip() == "[]"


def test_the_names_of_readers_are_known_before_the_hub_is_loaded(tmp_path):
    code = "import sys, pullquote.qa.reading.reader; print({'huggingface_hub', 'transformers'} & set(sys.modules))"
    assert run_python(code, home=tmp_path).strip() == "set()"


def test_import_sets_nothing(tmp_path):
    code = (
        "import logging, os, warnings\n"
        "before = (dict(os.environ), list(logging.root.handlers), list(warnings.filters))\n"
        "import pullquote\n"
        "print(before == (dict(os.environ), list(logging.root.handlers), list(warnings.filters)))"
    )
    assert run_python(code, home=tmp_path).strip() == "True"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(REPOSITORY)]
    subprocess.run(command, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.mark.wheel
def test_wheel_holds_every_module_under_one_name(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = set()
    for folder, package in (("core", ""), ("index", "index/"), ("qa", "qa/"), ("ui", "ui/"), ("eval", "eval/")):
        for file in (REPOSITORY / folder).rglob("*.py"):
            expected.add(f"pullquote/{package}{file.relative_to(REPOSITORY / folder).as_posix()}")
    assert expected <= names
    assert "pullquote/py.typed" in names
    fitted = ("README.md", "combination.json", "confidence.json")
    for reader, files in (
        ("small", (*fitted, "model.int8.safetensors")),
        ("accurate", (*fitted, "model.nf4.safetensors")),
        ("paired", fitted),
        ("thorough", fitted),
    ):
        assert {f"pullquote/qa/reader-{reader}/{file}" for file in files} <= names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pullquote"}
    assert not any("test" in name.lower() for name in names if not name.endswith(".py"))


def brought_along(asked: list[str]) -> set[str]:
    """Return the names of the packages that some requirements install here, directly or through others."""
    names, left, seen = set(), list(asked), set()
    while left:
        wanted = Requirement(left.pop())
        name = canonicalize_name(wanted.name)
        for extra in {"", *wanted.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            needed = [Requirement(one) for one in importlib.metadata.requires(name) or []]
            # A build of torch for NVIDIA's cards says itself which versions it needs.
            needed = [one for one in needed if name != "torch" or not one.name.startswith(("nvidia", "cuda", "triton"))]
            left += [str(one) for one in needed if one.marker is None or one.marker.evaluate({"extra": extra})]
        names.add(name)
    return names


def test_constraints_pin_all_that_is_installed():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    installed = brought_along(project["project"]["dependencies"] + project["dependency-groups"]["dev"])
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    assert {"torch", "pytest", "sympy", "pluggy"} <= installed  # of the project and of the group, and what they need
    assert sorted(installed - {canonicalize_name(pin.name) for pin in pins}) == []
    assert [str(pin) for pin in pins if [one.operator for one in pin.specifier] != ["=="]] == []


@pytest.mark.wheel
def test_wheel_in_an_empty_environment_answers(wheel, tmp_path):
    python = tmp_path / "venv/bin/python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    constraints = str(REPOSITORY / "constraints.txt")
    for package in ("torch", str(wheel)):
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--constraint", constraints, package], check=True
        )
    (tmp_path / "clippings").mkdir()
    (tmp_path / "clippings/mayor.txt").write_text(
        "Tarn elects a mayor\n\nOdile Brandt was elected mayor of Tarn on Sunday with 51 percent of the vote.\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PULLQUOTE_ARCHIVE": str(tmp_path / "tarn.pq")}

    def pullquote_command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(python.with_name("pullquote")), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            check=False,
        )

    added = pullquote_command("add", "clippings")
    assert added.returncode == 0, added.stderr
    asked = pullquote_command("ask", "Who was elected mayor of Tarn?", "--json")
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["answer"] == "Odile Brandt"
