"""Parts of messages that several readers use."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Collection, Iterable, Sequence
from unicodedata import normalize

from fourfold.core.naming import several
from fourfold.errors import OptionError, nearest

CONSTANT = "the same value in all rows"
"""Why a column is left out that never varies."""

NO_COLUMN = "; their names are no column"
"""What is said of files that are one table, unless a column of their names is asked for."""

UNSTORED = "formulas without a value"
"""What a workbook holds whose formulas nobody has computed."""

SHOWN = 8
"""The most names that one message lists."""

MOST_NAMED = 12
"""Columns at most that are named to be left out: nobody pastes more."""

BETWEEN_COLUMNS = "commas, semicolons, tabs, bars or blanks between columns"
"""What text is asked to have."""

BREAK = re.compile(r"[^\S\n\r\t\v\f]*[\n\r\t\v\f]\s*")
ESCAPED = re.compile(r"\\(?:[nrtvf]|x0[9a-d])")
"""A line break or a tab within a name; how terminals and Python write one."""


def counted(number: int, what: str) -> str:
    """A number of things, as in "1 row", "1,200 rows" and "40 series".

    >>> counted(1, "row"), counted(1200, "row"), counted(40, "series")
    ('1 row', '1,200 rows', '40 series')
    """
    return f"{number:,} {what if number == 1 else several(what)}"


def ends(low: float, high: float) -> str:
    """The ends of a range, with as many digits as tell a hundredth of it.

    >>> ends(0.5, 346), ends(1e9 - 2, 1e9 + 1.5), ends(3, 3)
    ('0.5 to 346', '999999998 to 1000000001.5', '3 to 3')
    """
    largest, width = max(abs(low), abs(high)), high - low
    digits = min(max(6, 3 + math.ceil(math.log10(largest / width))), 17) if width else 6
    return f"{low:.{digits}g} to {high:.{digits}g}"


def percent(share: float, digits: int = 0) -> str:
    """A share with so many digits behind the point, a space before the sign.

    >>> percent(0.0472, 1)
    '4.7 %'
    """
    return f"{100 * share:.{digits}f} %"


def in_line(name: str) -> str:
    """A name with a blank for each line break, as it can be typed; `as_called` finds it by this.

    >>> in_line("Revenue\\n(EUR)")
    'Revenue (EUR)'
    """
    return BREAK.sub(" ", name)


def quoted(name: str) -> str:
    """A name as it can be typed behind an option.

    >>> quoted("Revenue\\n(EUR)"), quoted("v")
    ("'Revenue (EUR)'", 'v')
    """
    return shlex.quote(in_line(name))


def to_drop(names: Sequence[str]) -> str:
    """How columns are left out: by their names, or, where they are many, by what lists these.

    >>> to_drop(["v", "Revenue\\n(EUR)"]), to_drop([f"v{place}" for place in range(60)])
    ("--drop 'v,Revenue (EUR)'", '--drop with the names of all 60, which fourfold inspect DATA --json lists')
    """
    if len(names) <= MOST_NAMED:
        return f"--drop {quoted(','.join(names))}"
    return f"--drop with the names of all {len(names):,}, which fourfold inspect DATA --json lists"


UNSEEN = r"[\s\u00ad\u200b\u200e\u200f\u2060\ufeff]+"
AROUND = re.compile(rf"^{UNSEEN}|{UNSEEN}$")
"""Blanks, soft hyphens, marks of direction and of bytes' order, and spaces of no width."""


def bare_name(name: str) -> str:
    """A name without blanks, and marks that nobody sees, around it."""
    return AROUND.sub("", name)


def without_blanks(names: Sequence[str]) -> list[str]:
    """Names of columns without blanks, and marks that nobody sees, around them; as they are, where two would be the
    same.

    >>> without_blanks([" a", "\u200bb "]), without_blanks([" a", "a"])
    (['a', 'b'], [' a', 'a'])
    """
    bare = [bare_name(name) for name in names]
    return bare if len({*bare}) == len({*names}) else [*names]


def as_called(name: str, known: Collection[str]) -> str:
    """The one ``known`` name that differs from a name in white space alone, escaped or not; else the name itself.

    >>> as_called("Revenue (EUR)", ["a b", "Revenue\\n(EUR)"]), as_called("ab", ["a b", "a  b"])
    ('Revenue\\n(EUR)', 'ab')
    """
    if name in known:
        return name
    bare = _without_blanks(name)
    alike = [other for other in known if _without_blanks(other) == bare]
    return alike[0] if bare and len(alike) == 1 else name


def _without_blanks(name: str) -> str:
    return "".join(ESCAPED.sub(" ", name).split())


def listed(values: Sequence[object]) -> str:
    """At most eight values, and how many more there are; of words that look alike the letters written out.

    >>> listed(["a", "b"]), listed(range(10))
    ("'a', 'b'", '0, 1, 2, 3, 4, 5, 6, 7 and 2 more')
    >>> print(listed(["caf\u00e9", "cafe\u0301"]))
    'caf\u00e9', 'cafe\\u0301'
    """
    words = [in_line(value)[:60] if isinstance(value, str) else "" for value in values[:SHOWN]]
    looks = [normalize("NFC", word) for word in words]
    spelled = [ascii if word != look and looks.count(look) > 1 else repr for word, look in zip(words, looks)]
    each = zip(values, words, spelled)
    shown = ", ".join(spell(word) if isinstance(value, str) else str(value) for value, word, spell in each)
    return f"{shown} and {len(values) - SHOWN} more" if len(values) > SHOWN else shown


def close(name: str, names: Iterable[str]) -> str:
    """The name among ``names`` that was probably meant, or ''.

    >>> close("KIND", ["king", "kind"]), close("T", ["p (mbar)", "T (degC)"]), close("x", ["kind"])
    ('kind', 'T (degC)', '')
    """
    folded = {other.casefold(): other for other in names}
    found = nearest(name.casefold(), folded)
    return folded[found[0]] if found else ""


def unknown(what: str, got: object, names: Sequence[str], option: str) -> OptionError:
    """An option whose value is none of the names."""
    meant = close(str(got), names)
    return OptionError(
        f"unknown-{what.replace(' ', '-')}",
        f"there is no {what} of this name",
        got=repr(str(got)[:60]),
        wanted=f"one of {', '.join(names[:20])}",
        do=f"{option} {meant or names[0]}",
    )
