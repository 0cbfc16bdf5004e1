"""Cases that several tests of reading and ranking share."""

import datetime as dt
import math

# as_of, published, and the features `age` and `undated` that follow.
AGES = [
    (dt.date(2031, 5, 4), dt.date(2031, 5, 1), math.log(4), 0.0),
    (dt.date(2031, 5, 4), dt.date(2031, 5, 4), 0.0, 0.0),
    (dt.date(2031, 5, 4), dt.date(2029, 5, 4), 5.0, 0.0),  # beyond five months, older says no more
    (dt.date(2031, 5, 4), None, 0.0, 1.0),
    (None, dt.date(2031, 5, 4), 0.0, 1.0),
]
