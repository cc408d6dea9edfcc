"""Answers of programs that say what went wrong, or that there is nothing, in the place of data."""

from __future__ import annotations

import json
import re
from typing import Any

from .content import Content
from .kinds import WrongKind

__all__ = ["ANSWERS"]

ERRORS = frozenset(("error", "errors", "error_message", "exception", "fault"))
PERHAPS = frozenset(("message", "detail"))
"""Names under which answers say what went wrong, and others under which they may."""

CODES = frozenset((
    "status", "statuscode", "status_code", "code", "error_code", "ok", "success", "documentation_url", "request_id",
    "requestid", "trace_id",
))  # fmt: skip
"""Names beside these that tell an answer."""

DATA = frozenset(("data", "result", "results", "items", "rows"))
BESIDE = CODES | DATA | frozenset((
    "type", "title", "details", "path", "instance", "timestamp", "reason", "error_description", "error_uri",
))  # fmt: skip
"""Names that stand beside them, those of data without any."""

PAGES = frozenset((
    "next", "previous", "prev", "count", "total", "total_count", "page", "pages", "per_page", "page_size", "limit",
    "offset", "has_more", "cursor", "next_cursor", "status", "success", "ok", "took",
))  # fmt: skip
"""Names that stand beside the rows of a page."""

REFUSAL = re.compile(rb"\s*(?:[45]\d\d(?::| -)? [A-Z][A-Za-z ]{2,40}|(?:Error|Exception)\b[^\n]{0,200})\s*")
"""The only line of an answer in plain text: 404: Not Found."""

LONGEST = 20_000
"""Bytes of an answer at most."""


def _answer(content: Content) -> dict[str, Any]:
    """The only object that is all of a text; {} of any other."""
    head = content.head.removeprefix(b"\xef\xbb\xbf").strip()
    if content.unpacked > LONGEST or not (head.startswith(b"{") and head.endswith(b"}")):
        return {}
    try:
        value = json.loads(head)
    except (ValueError, RecursionError):
        return {}
    return {name.casefold(): part for name, part in value.items()} if isinstance(value, dict) else {}


def _says_error(content: Content) -> bool:
    """Whether an object says what went wrong, and nothing that could be a row."""
    answer = _answer(content)
    said = {name for name in ERRORS | PERHAPS if isinstance(answer.get(name), (str, list, dict)) and answer[name]}
    others = {*answer} - said
    if said and others <= BESIDE and not any(answer.get(name) for name in DATA):
        return bool(said & ERRORS or others & CODES) or {*answer} == {"detail"}
    return len(content.head) < LONGEST and REFUSAL.fullmatch(content.head) is not None


def _is_empty(content: Content) -> bool:
    """Whether an object holds one list, of nothing, and else what stands beside the rows of a page."""
    answer = _answer(content)
    lists = [name for name, part in answer.items() if isinstance(part, list)]
    return len(lists) == 1 and not answer[lists[0]] and {*answer} - {*lists} <= PAGES and len(answer) > 1


ANSWERS: tuple[WrongKind, ...] = (
    WrongKind("an answer that says an error", _says_error, "read it, mend what was asked for, and download again"),
    WrongKind("an answer without rows", _is_empty, "ask for what has some, and download again"),
)
