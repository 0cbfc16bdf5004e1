"""Which words of earlier turns a question leaves out."""

from __future__ import annotations

from pullquote.qa.followups.terms import left_out, term_words, terms_of


def test_terms_are_stemmed_in_lower_case_and_no_stop_words():
    assert terms_of("The ferries of Brask, and Élan!") == {"ferri", "brask", "elan"}
    assert terms_of("") == frozenset()


def test_words_know_where_they_stand():
    words = term_words("Is the Alma Rose old?")
    assert [(word.start, word.end, word.term) for word in words] == [
        (0, 2, None),
        (3, 6, None),
        (7, 11, "alma"),
        (12, 16, "rose"),
        (17, 20, "old"),
    ]


def test_left_out_is_what_the_rewrite_takes_from_earlier_turns():
    earlier = ["Who owns the ferry Alma Rose?", "Ilse Marrow"]
    assert left_out("When was she built?", "When was the ferry Alma Rose built?", earlier) == {"ferri", "alma", "rose"}
    # "harbour" was not said before, "built" is asked already.
    assert left_out("When was it built?", "When was the harbour ferry built?", earlier) == {"ferri"}
    assert left_out("Who owns the ferry Alma Rose?", "Who owns the ferry Alma Rose?", earlier) == frozenset()
