"""Retrievers for other frameworks: used with the real packages (`make adapters`); by default, what needs none."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import sysconfig
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from pullquote import Article, Hit, InputError, PackageMissing, Passage, PullquoteError
from pullquote.eval.peers.environments import environment, last_words
from pullquote.qa.adapters.passages_found import check, document_id, facts

REPOSITORY = Path(__file__).parents[2]
# Extra -> the module that it is for, and what it imports first.
FRAMEWORKS = {
    "langchain": ("langchain", "langchain_core"),
    "llama-index": ("llama_index", "llama_index"),
    "haystack": ("haystack", "haystack"),
}


def python_with(extra: str) -> Path:
    """Return the Python of an environment that has the packages of this one and those of an extra; made once."""
    folder = REPOSITORY / ".cache/adapters" / extra
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["optional-dependencies"][extra]
    constraints = REPOSITORY / "constraints.txt"
    made_of = "\n".join([sys.prefix, *wanted, constraints.read_text(encoding="utf-8")])
    marker, python = folder / ".made_of", folder / "bin/python"
    if marker.is_file() and marker.read_text(encoding="utf-8") == made_of:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
    here = sysconfig.get_path("purelib")
    there = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    # They come after its own, and pip is among them. Unlike a bare path, this reads .pth files, too.
    (there / "project.pth").write_text(f"import site; site.addsitedir({here!r})\n", encoding="utf-8")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if trouble := failed([*pip, "--constraint", str(constraints), *wanted], folder / "pip.log"):
        pytest.skip(f"{extra} can't be installed here: {trouble}")
    marker.write_text(made_of, encoding="utf-8")
    return python


def failed(command: list[str], log: Path) -> str:
    """Run a command in the repository, offline but for pip; return what it said last if it fails, else ""."""
    variables = {**environment(threads=1), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with log.open("w", encoding="utf-8") as stream:
        done = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, env=variables, cwd=REPOSITORY)
    return last_words(log) or f"exit code {done.returncode}" if done.returncode else ""


@pytest.mark.adapters
@pytest.mark.parametrize("extra", FRAMEWORKS)
def test_used_in_its_frameworks_own_way(extra, tmp_path):
    script = REPOSITORY / f"tests/qa/adapters/use_{FRAMEWORKS[extra][0]}.py"
    log = tmp_path / "pytest.log"
    if trouble := failed([str(python_with(extra)), "-m", "pytest", "-p", "no:cacheprovider", str(script)], log):
        print(log.read_text(encoding="utf-8", errors="replace"))
        pytest.fail(trouble, pytrace=False)


@pytest.mark.parametrize("extra", FRAMEWORKS)
def test_a_missing_package_is_named_with_the_command_that_installs_it(extra, monkeypatch):
    module, package = FRAMEWORKS[extra]
    monkeypatch.delitem(sys.modules, f"pullquote.qa.adapters.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PackageMissing) as caught:
        import_module(f"pullquote.qa.adapters.{module}")
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value, PullquoteError)
    assert str(caught.value).endswith(f'; install it with: pip install "pullquote[{extra}]"')
    assert caught.value.extra == extra


def test_facts_of_a_passage():
    article = Article(
        "Nils\n\nÅse chairs.",
        id="a1",
        url="https://post.example/4",
        title="Nils",
        outlet="Harbour Post",
        published=dt.date(2031, 5, 4),
        authors=("Mara Lind",),
    )
    hit = Hit(Passage("a1", 6, 17, "Åse chairs."), article, score=1.5)
    assert facts(hit) == {
        "article_id": "a1",
        "title": "Nils",
        "outlet": "Harbour Post",
        "published": "2031-05-04",
        "authors": ["Mara Lind"],
        "url": "https://post.example/4",
        "link": "https://post.example/4#:~:text=%C3%85se%20chairs.",
        "start": 6,
        "end": 17,
        # printf 'Nils\n\nÅse chairs.' | sha256sum
        "sha256": "49f8df34ad01152e611f7fad4291f862a06c008243212d1ad5ee579abd3eb583",
    }
    assert document_id(hit) == "a1:6-17"


def test_facts_that_are_not_known_keep_their_keys():
    hit = Hit(Passage("a1", 0, 4, "Nils"), Article("Nils", id="a1"), score=0.0)
    unknown = {name: value for name, value in facts(hit).items() if not value}
    assert unknown == {
        "title": "",
        "outlet": None,
        "published": None,
        "authors": [],
        "url": None,
        "link": None,
        "start": 0,
    }


def test_a_bound_that_is_none_bounds_nothing():
    bounds = {"since": "2031-05-04", "until": None, "outlets": None, "authors": iter(["Mara Lind"])}
    assert check(bounds, k=3) == {
        "since": dt.date(2031, 5, 4),
        "until": None,
        "outlets": (),
        "authors": ("Mara Lind",),
        "as_of": None,
    }


@pytest.mark.parametrize(
    ("bounds", "limit", "says"),
    [
        ({"outlet": "x"}, 1, "There is no filter 'outlet'; there are since, until, outlets, authors and as_of."),
        ({"since": "May"}, 1, "since must be a day such as 2031-05-04, not 'May'."),
        ({}, 10_001, "top_k must be a whole number from 1 to 10,000, not 10001."),
        ({}, "3", "top_k must be a whole number from 1 to 10,000, not '3'."),
        (["since"], 1, "filters must be a dict, such as {'since': '2031-05-04'}, not a list."),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(bounds, limit, says):
    with pytest.raises(InputError) as caught:
        check(bounds, top_k=limit)
    assert str(caught.value) == says
