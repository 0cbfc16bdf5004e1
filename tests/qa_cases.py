"""Cases that several tests of reading and ranking share."""

import datetime as dt
import math

from pullquote.answers import Hit
from pullquote.articles import Article, Passage

# as_of, published, and the features `age` and `undated` that follow.
AGES = [
    (dt.date(2031, 5, 4), dt.date(2031, 5, 1), math.log(4), 0.0),
    (dt.date(2031, 5, 4), dt.date(2031, 5, 4), 0.0, 0.0),
    (dt.date(2031, 5, 4), dt.date(2029, 5, 4), 5.0, 0.0),  # beyond five months, older says no more
    (dt.date(2031, 5, 4), None, 0.0, 1.0),
    (None, dt.date(2031, 5, 4), 0.0, 1.0),
]


def hit(name, text, *, title="", published=None):
    article = Article(text=text, id=name, url=f"https://{name}.example/", title=title, published=published)
    return Hit(Passage(name, 0, len(text), text), article, 0.5)
