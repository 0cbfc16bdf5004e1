"""What is raised in the page's events: Gradio takes its message for HTML."""

import pytest

from pullquote.errors import InputError
from pullquote.filters import Filters
from pullquote.ui.chat import app as chat
from pullquote.ui.chat.toast import toast

ATTACK = "<img src=x onerror=pwned(1)>"


def test_a_message_stays_the_letters_it_is():
    assert (
        toast(InputError(f"No {ATTACK} & \x1b here.")).message == "No &lt;img src=x onerror=pwned(1)&gt; &amp; ␛ here."
    )


def test_a_day_that_is_none_is_told_escaped():
    with pytest.raises(Exception, match="must be a day") as caught:
        chat._filters((ATTACK, None, None, [], []))
    assert "&lt;img src=x onerror=pwned(1)&gt;" in caught.value.message
    assert "<" not in caught.value.message
    assert chat._filters((None, None, None, [ATTACK], [])) == Filters(outlets=(ATTACK,))
