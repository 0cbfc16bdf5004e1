"""The page of measurements: commands are run, what they print is written, and nothing else changes."""

import datetime as dt
from pathlib import Path

import pytest

from pullquote.errors import InputError
from pullquote.eval.benchmarks.measurements import measure

PAGE = """# Measurements

## Sums

What two numbers make.

```
$ python -c 'print("sum", 2 + 3)'
sum 4
```

_2030-01-01; 1 core_

## Never

```
$ python -c 'raise SystemExit(3)'
as before
```

## Shared

```
$ python -c 'print("$PULLQUOTE_SHARED")'
```

## Words

No command here.
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("PULLQUOTE_SHARED", raising=False)
    file = tmp_path / "measurements.md"
    file.write_text(PAGE)
    return file


def test_what_a_command_prints_takes_the_old_ones_place(page, capsys):
    assert measure(page, today=dt.date(2031, 5, 4)) == 2
    text = page.read_text()
    head, _, rest = text.partition("_2031-05-04; ")
    assert head == PAGE.partition("sum 4")[0] + "sum 5\n```\n\n"
    assert " cores, " in rest.partition("_\n")[0]
    assert rest.partition("_\n")[2] == PAGE.partition("_2030-01-01; 1 core_\n")[2]
    told = capsys.readouterr().err
    assert "Never: it ended with exit code 3; left as it was." in told
    assert "Shared: it needs the folder of development data that PULLQUOTE_SHARED names; left as it was." in told


def test_only_the_sections_named(page, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_SHARED", "/data")
    assert measure(page, ["Sha"]) == 0
    text = page.read_text()
    assert 'print("$PULLQUOTE_SHARED")\'\n/data\n```\n' in text
    assert "sum 4" in text
    assert measure(page, ["Sha"]) == 0  # again: the line below the block is replaced, not added
    assert page.read_text().count("; torch ") == 1


def test_a_page_without_such_a_section(page, tmp_path):
    with pytest.raises(InputError, match="none that begins with Products"):
        measure(page, ["Products"])
    with pytest.raises(InputError, match="cannot be read"):
        measure(tmp_path / "none.md")
