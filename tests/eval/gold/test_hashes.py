"""Hashes of code: each package's own counts, and none is another's."""

from pullquote.eval.gold.hashes import code_sha256


def test_each_packages_code_counts():
    assert len({code_sha256(), code_sha256("index"), code_sha256("qa"), code_sha256("index", "qa")}) == 4
    assert code_sha256("index") == code_sha256("index")
