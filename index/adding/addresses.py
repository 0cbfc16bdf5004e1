"""When two web addresses are of one page.

`page_of` takes together what is one page whoever asks: RFC 3986's equal spellings, tracking parameters, a slash at the
end, a fragment that only scrolls. `page_anyhow` also takes together what usually is one page, but may be two: http and
https, with and without www, AMP, parameters that often only track. Those are one article only where their texts match.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# Parameters that publishers and networks add to follow who clicks, and that no page is chosen by. Sources: the lists of
# ClearURLs and of Firefox's query stripping. courlan's own pattern takes "cid", "uid" and "source", too, which may well
# name an article: it serves `page_anyhow`.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|matomo|piwik|hsa|vero|oly)_\w+|_hs(?:enc|mi)|mkt_tok|mc_[ce]id|_g[al]|at_(?:medium|campaign)\w*"
    r"|(?:fbc|gc|dc|yc|ysc|twc|msc|msclk|ttc)lid|msclkid|(?:wbra|gbra|igsh|li_fat_|s_kwc)id|gclsrc|igsh|xtor|ocid|cmpid"
    r"|ns_(?:mchannel|campaign|source|linkname|fee)|smid|ito|wt_mc|fb_(?:action_ids|action_types|ref|source)",
    re.IGNORECASE,
)
# A fragment that names another view of a page: "#/story/4", "#!story=4".
_ROUTE = re.compile(r"!|.*[/=]")
# "#:~:text=" marks words of a page.
_TEXT_FRAGMENT = ":~:"
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_AMP_HOST = re.compile(r"^amp\.|\.amp(?=\.)")
_AMP_PATH = re.compile(r"^/amp(?=/)|/amp/?$|[./]amp(?=\.html?$)|\.amp$")
_AMP_PARAMETERS = {("amp", "1"), ("amp", "true"), ("amp", ""), ("outputtype", "amp")}
# Google's and AMP's own copies carry the page's address in theirs.
_AMP_COPY = re.compile(
    r"^(?:www\.google\.[a-z.]+/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z](?:/[a-z])?)/(?:s/)?(?=[^/]+\.)"
)


@lru_cache(maxsize=2**14)
def page_of(url: str) -> str:
    """Return what the addresses of one page have in common; an address that can't be taken apart is its own page."""
    parts = _parts(url)
    if parts is None:
        return url
    scheme, rest, query, fragment = parts
    kept = [(name, value) for name, value in query if not _TRACKING.fullmatch(name)]
    return f"{scheme}://{_joined(rest, kept, fragment)}"


@lru_cache(maxsize=2**14)
def page_anyhow(url: str) -> str:
    """Return what the addresses of one page have in common where http, www, AMP and doubtful parameters don't count."""
    from courlan.clean import TRACKERS_RE

    parts = _parts(url)
    if parts is None:
        return url
    _, rest, query, fragment = parts
    host, slash, path = _AMP_COPY.sub("", rest).partition("/")
    host = _AMP_HOST.sub("", host).removeprefix("www.")
    path = _AMP_PATH.sub("", f"{slash}{path}").rstrip("/")
    kept = [
        (name, value)
        for name, value in query
        if (name.lower(), value.lower()) not in _AMP_PARAMETERS
        and not _TRACKING.fullmatch(name)
        and not TRACKERS_RE.search(name.lower())
    ]
    return _joined(f"{host}{path}", kept, fragment)


def _parts(url: str) -> tuple[str, str, list[tuple[str, str]], str] | None:
    """Return (scheme, host and path, parameters in order of their names, fragment that names a view), or None."""
    # Takes a tenth of a second, which only those pay who look for an address.
    from courlan import normalize_url

    try:
        given = urlsplit(url)
        # Host, port and dots in the path are courlan's trade; parameters aren't: it drops those without a value.
        normal = urlsplit(normalize_url(given._replace(query="", fragment="").geturl()))
        if not normal.hostname:
            return None
        query = sorted(parse_qsl(given.query, keep_blank_values=True, errors="surrogateescape"))
    except (ValueError, AttributeError, UnicodeError):
        return None
    host = normal.netloc.rpartition("@")[2].replace(".:", ":").removesuffix(".")
    path = _ESCAPE.sub(_escape, normal.path).rstrip("/")
    fragment = given.fragment.partition(_TEXT_FRAGMENT)[0]
    names = [name for name, _ in parse_qsl(fragment)]
    tracks = bool(names) and all(_TRACKING.fullmatch(name) for name in names)
    return normal.scheme, f"{host}{path}", query, fragment if _ROUTE.match(fragment) and not tracks else ""


def _joined(rest: str, query: list[tuple[str, str]], fragment: str) -> str:
    asked = urlencode(query, errors="surrogateescape")
    return rest + (f"?{asked}" if asked else "") + (f"#{quote(unquote(fragment))}" if fragment else "")


def _escape(found: re.Match[str]) -> str:
    """Return an escape in capitals, or the character itself where it needs none (RFC 3986, 6.2.2)."""
    character = chr(int(found[0][1:], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()
