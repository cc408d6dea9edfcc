"""One escape for each place in which text from elsewhere is printed.

Names of columns, classes and files come from the user's data and are hostile until escaped: a terminal
obeys control characters, a spreadsheet runs formulas, a browser runs markup, a file name walks folders.
HTML itself is escaped by jinja's autoescape, after ``visible``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

JOINERS = "\u200c\u200d"  # format characters that Persian, Indic scripts and emoji need
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def visible(text: Any) -> str:
    r"""Text with every control, bidirectional, separator and lone surrogate character shown as its escape.

    >>> visible("red \x1b[31m, turned \u202e")
    'red \\x1b[31m, turned \\u202e'
    """
    plain = str(text)
    return plain if plain.isprintable() else "".join(map(_shown, plain))


terminal = visible


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in JOINERS
    if not hidden:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers, also as text, ``None`` is empty.

    >>> csv_cell("=1+1"), csv_cell(-0.5), csv_cell("-0.5"), csv_cell(None)
    ("'=1+1", -0.5, '-0.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    formula = text.lstrip(" ").startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text)
    return "'" * formula + visible(text)


def file_name(text: Any) -> str:
    """One component of a path that every system accepts: no separators, no leading dot, at most 100 bytes.

    >>> file_name("../../etc/pass wd"), file_name("CON"), file_name("")
    ('etc-pass-wd', 'CON-', 'unnamed')
    """
    kept = "".join(c if c.isalnum() or c in "._-" else "-" for c in unicodedata.normalize("NFC", str(text)))
    name = kept.strip("-.").encode("utf-8", "ignore")[:100].decode("utf-8", "ignore").replace("..", "-")
    while "--" in name:
        name = name.replace("--", "-")
    name = name.replace(".-", "-").strip("-.") or "unnamed"
    return f"{name}-" if name.split(".")[0].lower() in RESERVED else name


def script_json(value: Any) -> str:
    r"""JSON that can stand inside ``<script>``: ASCII only, and no ``<`` that could end the element.

    >>> script_json({"name": "</script>"})
    '{"name": "\\u003c/script>"}'
    """
    return json.dumps(_visible_leaves(value), allow_nan=False).replace("<", "\\u003c")


def _visible_leaves(value: Any) -> Any:
    if isinstance(value, dict):
        return {visible(key): _visible_leaves(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible_leaves(item) for item in value]
    return visible(value) if isinstance(value, str) else value
