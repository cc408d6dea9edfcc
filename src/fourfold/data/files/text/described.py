"""Types and roles of columns as Orange writes them: in lines below their names, or before these."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["roles_before", "roles_below"]

TYPES = frozenset(
    ["c", "continuous", "n", "numeric", "d", "discrete", "s", "string", "text", "t", "time", "b", "basket"]
)
"""What a line of types says of columns; of discrete ones it may list the values, with blanks between them."""

ROLES = {
    "class": "class", "c": "class", "meta": "meta", "m": "meta", "ignore": "ignore", "i": "ignore", "weight": "weight",
    "w": "weight",
}  # fmt: skip
"""What a line of roles says of columns, and what is meant; NAME=VALUE tells more of them."""

BETWEEN_VALUES = re.compile(r"(?<!\\) ")
"""A blank that is no part of a value."""

FLAGGED = re.compile(r"(?P<role>[cimw]?)(?P<type>[CDSTN]?)#(?P<name>\S.*)", re.DOTALL)
"""A name behind letters for its role and its type."""

FEWEST_BELOW = 3
"""Rows below these lines from which on they are told to be none, if no column has a role."""


def roles_below(records: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """The role of each column, "" for an input, where types and roles stand below the names; None where they don't.

    >>> rows = [["5.1", "3", "a"], ["4.9", "2", "b"], ["4.7", "1", "a"]]
    >>> roles_below([["size", "nr", "kind"], ["c", "d", "a b"], ["", "meta", "class"], *rows])
    ('', 'meta', 'class')
    >>> roles_below([["size", "nr", "kind"], *rows, *rows])
    """
    if len(records) < 4 or len({len(record) for record in records[:3]}) > 1:
        return None
    types, roles = ([cell.strip() for cell in record] for record in records[1:3])
    typed = [kind in TYPES for kind in types]
    listed = [len(BETWEEN_VALUES.split(kind)) > 1 or not kind for kind in types]
    if not any(typed) or not all(one or other for one, other in zip(typed, listed)):
        return None
    words = [[word for word in role.split() if "=" not in word] for role in roles]
    if any(word not in ROLES for those in words for word in those):
        return None
    if len(records) < 3 + FEWEST_BELOW and not any(words):
        return None
    return tuple(ROLES[those[0]] if those else "" for those in words)


def roles_before(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Names without the letters for role and type before them, and the role of each column, "" for an input; None
    unless all names with a mark have such letters, and one of them tells a role, or several a type.

    >>> roles_before(["mS#name", "C#age", "size", "cD#kind"])
    (('name', 'age', 'size', 'kind'), ('meta', '', '', 'class'))
    >>> roles_before(["Java", "C#", "y"]), roles_before(["bin #", "C#age"]), roles_before(["D#age", "y"])
    (None, None, None)
    """
    found = [FLAGGED.fullmatch(name.strip()) for name in names]
    marked = [one for one, name in zip(found, names) if "#" in name]
    flags = [one["role"] + one["type"] for one in marked if one]
    told = len(flags) > 1 or any(one["role"] for one in marked if one)
    if len(flags) < len(marked) or not all(flags) or not told:
        return None
    roles = tuple(ROLES.get(one["role"], "") if one else "" for one in found)
    return tuple(one["name"] if one else name for one, name in zip(found, names)), roles
