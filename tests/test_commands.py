"""How the modules' own command lines end."""

from __future__ import annotations

import pytest

from pullquote.commands import run
from pullquote.errors import InputError, ModelError


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (InputError("'x' names\nno split."), 2, "error: 'x' names no split.\n"),
        (ModelError("No weights."), 1, "error: No weights.\n"),
        (KeyboardInterrupt(), 130, "stopped.\n"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(capsys, error, code, told):
    def main():
        raise error

    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == code
    assert capsys.readouterr().err == told


def test_bugs_stay_tracebacks_and_success_is_silent(capsys):
    run(lambda: None)
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 // 0)
    assert capsys.readouterr().err == ""
