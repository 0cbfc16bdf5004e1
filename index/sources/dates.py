"""The day that a written date names, or an error: a date in an archive is right or absent."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from pullquote.index.sources.files import Unreadable

# The first newspaper is of 1605. Earlier years are defaults of databases (0001-01-01) or typing errors.
_FIRST_YEAR = 1600

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TIME = r"(?P<time>(?:,|\s|T).*\d.*)?"

_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}}){_TIME}", re.IGNORECASE | re.DOTALL)
_DAY_FIRST = re.compile(rf"{_WEEKDAY}{_DAY}[\s-]+{_MONTH},?[\s-]+(?P<year>\d{{4}}){_TIME}", re.IGNORECASE | re.DOTALL)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?P<time>\s+\d.*)?")
_RFC_822 = re.compile(r"(?:\w{3},\s*)?\d{1,2}\s+\w{3}\s+\d{4}\s+\d\d:\d\d", re.ASCII)


def parse_published(value: object) -> tuple[dt.date | None, str | None]:
    """Return the day that `value` names and, where a time was given, the timestamp.

    The day is the one written, in the writer's own time zone. The timestamp is ISO 8601 where the value
    was ISO or RFC 822, else as written. None and "" are an unknown date: `(None, None)`.

    Raises:
        Unreadable: `value` is not a date, an impossible one, or one without a day; it names the value.
    """
    if value is None or value == "":
        return None, None
    if isinstance(value, dt.datetime):
        return value.date(), value.isoformat()
    if isinstance(value, dt.date):
        return value, None
    if not isinstance(value, str):
        raise Unreadable(f"published is {_shown(value)}, not a date such as 2013-06-08")
    text = " ".join(value.split())
    if not text:
        return None, None
    try:
        day, timestamp = _iso(text) or _written(text) or (None, None)
    except ValueError as error:
        raise Unreadable(f"published is {_shown(value)}, which is no day of the calendar ({error})") from error
    if day is None or day.year < _FIRST_YEAR:
        raise Unreadable(f"published is {_shown(value)}, not a date such as 2013-06-08")
    return day, timestamp


def _iso(text: str) -> tuple[dt.date, str | None] | None:
    if not re.match(r"\d{4}-?\d{2}-?\d{2}", text):
        return None
    if len(text) <= len("2013-06-08"):
        return dt.date.fromisoformat(text), None
    # "2013-06-08 10:00 UTC" and "... +0000" are what many content systems write.
    tidy = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", text)
    tidy = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", tidy)
    moment = dt.datetime.fromisoformat(tidy)
    return moment.date(), moment.isoformat()


def _written(text: str) -> tuple[dt.date, str | None] | None:
    for pattern in (_MONTH_FIRST, _DAY_FIRST, _YEAR_FIRST):
        found = pattern.fullmatch(text)
        if found:
            break
    else:
        return None
    month = found["month"]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    day = dt.date(int(found["year"]), number, int(found["day"]))
    if not found["time"]:
        return day, None
    if _RFC_822.match(text):
        return day, parsedate_to_datetime(text).isoformat()
    return day, text


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
