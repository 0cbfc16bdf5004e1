"""ninjs, IPTC's news in JSON, versions 1 to 3: lists of headlines and bodies to one of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_plain_record(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with ninjs' `bodies`, `headlines` and sources as strings; any other record as it is."""
    bodies, headlines = record.get("bodies"), record.get("headlines")
    if isinstance(bodies, list) and "text" not in record:
        body = _best(bodies, _plainness)
        if body:
            record["body_text"] = body
            del record["bodies"]
    if isinstance(headlines, list) and "title" not in record:
        headline = _best(headlines, lambda one: one.get("role") not in (None, "main"))
        if headline:
            record["headline"] = headline
            del record["headlines"]
    sources = record.get("infosources", record.get("infoSources"))
    if isinstance(sources, list) and sources and isinstance(sources[0], Mapping) and sources[0].get("name"):
        record.setdefault("provider", sources[0]["name"])
    elif isinstance(record.get("copyrightholder", record.get("copyrightHolder")), str) and (bodies or headlines):
        record.setdefault("provider", record.get("copyrightholder", record.get("copyrightHolder")))
    return record


def _best(values: list[Any], order: Any) -> str | None:
    """Return the value that comes first in an order, of those that hold one."""
    whole = [one for one in values if isinstance(one, Mapping) and isinstance(one.get("value"), str) and one["value"]]
    return str(min(whole, key=order)["value"]) if whole else None


def _plainness(body: Mapping[str, Any]) -> int:
    """Return 0 for a plain text, 1 for HTML, 2 for what else a body may come in."""
    kind = str(body.get("contenttype") or body.get("contentType") or "").lower()
    if "plain" in kind:
        return 0
    return 1 if "html" in kind or not kind else 2
