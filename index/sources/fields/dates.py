"""The day that a written date names, or an error: a date in an archive is right or absent."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from pullquote.index.sources.fields.foreign_dates import is_weekday, month_number
from pullquote.index.sources.files import Unreadable

# The first newspaper is of 1605. Earlier years are defaults of databases (0001-01-01) or typing errors.
_FIRST_YEAR = 1600

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_WORD = r"[^\W\d_]{2,20}"  # a month or a weekday in any language
_DAY = r"(?P<day>\d{1,2})"
_TIME = r"(?P<time>[,\sT].+)?"

_ISO_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<packed>\d{4}))(?P<time>[,\sTZ+].*)?")
_ZONE = re.compile(r"Z|\+\d\d:?\d\d")  # XML's dates may have one without a time
_MONTH_FIRST = re.compile(
    rf"(?:{_WEEKDAY}\.?,?\s+)?(?P<month>{_MONTH})\.?\s+{_DAY}(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}",
    re.IGNORECASE,
)
# RFC 822 has years of two digits; without a time behind it, "29 Apr 31" could be either way round.
_DAY_FIRST = re.compile(
    rf"(?:(?P<weekday>{_WORD})\.?,?\s+)?{_DAY}(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+)?(?P<month>{_WORD})\.?,?[\s-]+(?:de\s+)?"
    rf"(?P<year>\d{{4}}|\d\d(?=\s+\d\d?:\d\d)){_TIME}",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?P<time>\s+.+)?")
_RFC_822 = re.compile(r"(?:\w{3},\s*)?\d{1,2}\s+\w{3}\s+\d{4}\s+\d\d:\d\d", re.ASCII)
# What people write after a day: "9:05", "at 10.15 AM", "10h15", "23:59:60Z[Europe/London]".
_CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?|\s?[ap]\.?m\b)(?!\d)", re.IGNORECASE
)


def parse_published(value: object) -> tuple[dt.date | None, str | None]:
    """Return the day that `value` names and, where a time was given, the timestamp.

    The day is the one written, in the writer's own time zone. The timestamp is ISO 8601 where the value
    was ISO or RFC 822, else as written, whether or not it holds a time (`has_time` tells). None and "" are
    an unknown date: `(None, None)`.

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


def has_time(timestamp: str) -> bool:
    """Return whether a timestamp that `parse_published` gave holds a time of day, in whatever form."""
    try:
        dt.datetime.fromisoformat(timestamp)
    except ValueError:
        clock = _CLOCK.search(timestamp)
        if clock is None:
            return False
        # 60 seconds are a leap second, 24:00 is the end of a day.
        return int(clock["hour"]) <= 24 and int(clock["minute"] or 0) < 60 and int(clock["second"] or 0) <= 60
    return True


def _iso(text: str) -> tuple[dt.date, str | None] | None:
    found = _ISO_DAY.fullmatch(text)
    if not found:
        return None
    month, day = (found["packed"][:2], found["packed"][2:]) if found["packed"] else (found["month"], found["day"])
    date = dt.date(int(found["year"]), int(month), int(day))
    if not found["time"] or _ZONE.fullmatch(found["time"]):
        return date, None
    # "2013-06-08 10:00 UTC" and "... +0000" are what many content systems write.
    tidy = re.sub(r" ?(?:UTC|GMT)$", "+00:00", text)
    tidy = re.sub(r" ([+-]\d\d:?\d\d)$", r"\1", tidy)
    try:
        return date, dt.datetime.fromisoformat(tidy).isoformat()
    except ValueError:
        return date, text  # the day is clear, whatever form its time has


def _written(text: str) -> tuple[dt.date, str | None] | None:
    for pattern in (_MONTH_FIRST, _DAY_FIRST, _YEAR_FIRST):
        found = pattern.fullmatch(text)
        if found:
            break
    else:
        return None
    month, weekday = _month(found["month"]), found.groupdict().get("weekday")
    if month is None or (weekday and not _is_weekday(weekday)):
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year < 50 else 1900  # RFC 5322, section 4.3
    day = dt.date(year, month, int(found["day"]))
    if not found["time"]:
        return day, None
    if _RFC_822.match(text):
        try:
            return day, parsedate_to_datetime(text).isoformat()
        except (ValueError, OverflowError):  # a time zone of many digits
            return day, text
    return day, text


def _month(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if re.fullmatch(_MONTH, word, re.IGNORECASE):
        return _MONTHS.index(word[:3].lower()) + 1
    return month_number(word)


def _is_weekday(word: str) -> bool:
    return re.fullmatch(_WEEKDAY, word, re.IGNORECASE) is not None or is_weekday(word)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
