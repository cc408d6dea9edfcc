"""Delimited text as a table of words in DuckDB, and which of its columns are numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from fourfold.core.machine import available_memory
from fourfold.data.columns.alike import alike
from fourfold.data.columns.target_choice import likely_targets
from fourfold.data.dataset import Note, OfColumns
from fourfold.data.files.content import Content
from fourfold.data.files.relation import Relation, of_text
from fourfold.data.files.sql import LITTLE_MEMORY, literal
from fourfold.data.messages import listed
from fourfold.data.reading import ALL, Reading
from fourfold.data.values.cells import LONGEST_LIST
from fourfold.data.values.hints import CODED, coded, of_versions
from fourfold.data.values.stand_ins import MAY_BE_CLASSES, MISSING_WORDS
from fourfold.errors import DataError, FileError

from .dialect import Dialect
from .open_quotes import breaks_within_quotes, line_of_open_quote
from .rewritten import SEPARATORS

COLUMNS_AT_ONCE = 400
"""Columns that are looked at in one query: a query of more plans longer than it runs."""

MOST_COLUMNS = 50_000
"""The most columns of text: the time of the parser grows with their square."""

FEW_COLUMNS = 20
"""Up to so many columns spellings of a missing value are looked for in the rows that are kept; the reader compares each
cell of all rows with each of them, which takes longer than all the rest of reading, and expressions for many columns
take longer still."""

SPELLINGS, CLASSLIKE = (", ".join(map(literal, sorted(words))) for words in (MISSING_WORDS, MAY_BE_CLASSES))
KNOWN = f"CASE WHEN trim({{0}}) IN ({SPELLINGS}) THEN NULL ELSE trim({{0}}) END"
"""A cell without blanks around it, NULL for the spellings of a missing value."""

AS_CLASSES = f"list(DISTINCT CASE WHEN v IN ({CLASSLIKE}) THEN v END) FILTER (v IN ({CLASSLIKE}))"
SPELLED = f"bool_or(v IN ({SPELLINGS})), {AS_CLASSES}"
"""Whether there are spellings of a missing value, and those of them that may be names of classes. What is DISTINCT is
held in memory before it is filtered: of all other words one NULL."""

MAY_BE_VERSIONS = re.compile("version|release|build|firmware|revision|chapter|section|clause|level|code", re.IGNORECASE)
"""Names of columns of numbers in which 1.1 and 1.10 may be two."""

LONG_NUMBER = 16
"""Digits from which on a whole number may be beyond what a float64 holds."""

FACTS = (
    "count(v), count(TRY_CAST(v AS DOUBLE)) FILTER (NOT contains(v, '_')), "
    "bool_or(starts_with(v, '0')), min(length(v)), max(length(v)), "
    "bool_and(contains(v, 'e') OR contains(v, 'E')), bool_or(contains(v, '.')) AND NOT bool_and(contains(v, '.'))"
)
"""What is known of the cells of a column; DuckDB takes 1_2 for 12."""

CODES = (
    "bool_and(regexp_full_match(v, '[0-9]{2,}')) OR bool_and(regexp_full_match(v, '(0[1-9]|1[0-2])[.](19|20)[0-9]{2}'))"
)
"""Digits that are no numbers: codes, and months such as 01.2023."""

INDISTINCT = (
    "bool_and(regexp_full_match(trim(v), '[-+]?[0-9]+')) "
    "AND count(DISTINCT trim(v)) > count(DISTINCT CAST(v AS DOUBLE))"
)
LIKE_CODES = (
    f"coalesce(min(trim(v)) FILTER (regexp_full_match(trim(v), '{CODED[0]}')), "
    f"CASE WHEN bool_and(regexp_full_match(trim(v), '{CODED[1]}')) THEN min(trim(v)) END)"
)
VERSIONS = (
    "CASE WHEN bool_and(regexp_full_match(trim(v), '[0-9]{1,2}[.][0-9]{1,2}')) "
    "AND count(DISTINCT trim(v)) > count(DISTINCT CAST(v AS DOUBLE)) "
    "THEN min(trim(v)) FILTER (regexp_full_match(trim(v), '[0-9]+[.][1-9]0')) END"
)
"""One of the numbers with a zero at the end, where another is written without it and all have one or two decimals."""

GROUPED = (
    "bool_or(contains(v, '.')) AND bool_and(regexp_full_match(trim(v), '[-+]?([1-9][0-9]{0,2}[.][0-9]{3}|[0-9]{1,3})'))"
)
"""Numbers with three digits behind each point, and none from 1000 on without one."""

GROUPED_SURELY = (
    f"{GROUPED} AND bool_or(regexp_full_match(trim(v), '[-+]?[1-9][0-9]{{2}}')) "
    "AND bool_or(regexp_full_match(trim(v), '.*[.].*0'))"
)
"""The same with hundreds and zeros at an end, 950 and 1.200: of decimals either all zeros are written or none."""

DECIMAL_POINTS = "bool_or(regexp_full_match(trim(v), '[-+]?[0-9]*[.]([0-9]{1,2}|[0-9]{4,})'))"
MONEY = r"([^\w\s,.()\[\]]{1,3}|[A-Z]{3})"
WITH_COMMA = rf"[-+]?\s*{MONEY}?\s*[-+]?[0-9]{{1,3}}([.]?[0-9]{{3}})*(,[0-9]DIGITS)?\s*({MONEY}|[a-zA-Z/]{{1,5}})?"
DECIMAL_COMMAS = (
    "bool_or(regexp_matches(v, '[0-9],([0-9]{1,2}|[0-9]{4,})([^0-9]|$)')) "
    f"AND bool_and(regexp_full_match(trim(v), '{WITH_COMMA}'))"
)
"""Numbers with decimal commas, and others without them. Where no semicolons cut the rows they have two DIGITS all of
them, as prices have: 3,5 and 12,3 may be two numbers in a cell."""

FIRST_ROWS = 10_000
"""By which it is told what the marks in a column are, before all rows are looked at."""

NUMBER = r"[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?"
ITEM = rf"({NUMBER}|[Tt]rue|[Ff]alse|nan|NaN|None|null)"
IN_SQUARE = rf"\[\s*({ITEM}((\s*[,;]\s*|\s+){ITEM})*)?\s*\]"
IN_ROUND = rf"\(\s*{ITEM}(,\s+{ITEM})+,?\s*\)"
IN_BRACKETS = f"bool_and(regexp_full_match(trim(v), '{IN_SQUARE}|{IN_ROUND}'))"
BETWEEN_BLANKS = (
    rf"bool_and(regexp_full_match(trim(v), '{NUMBER}(\s+{NUMBER}){{7,}}')) AND 2 * count(DISTINCT v) > count(v)"
)
ANY_LIST = (
    rf"bool_and(regexp_full_match(trim(v), '[\[(]?\s*({ITEM}|[,;\s])*\s*[\])]?')) "
    r"AND bool_and(regexp_matches(v, '[\[(]|[0-9.]\s+[-+.0-9]'))"
)
"""Lists of numbers as Python and NumPy write them, or eight and more with blanks between them, where classes would
repeat. In round brackets a blank stands behind each comma, as (1,234) is a number."""

DECIMAL = "[-+]?[0-9]+(,[0-9]+)?"
BETWEEN_DECIMALS = r"\s*;\s*|,\s+|\s+"
DECIMAL_LISTS = (
    rf"bool_and(regexp_full_match(trim(v), '[\[(]\s*{DECIMAL}(({BETWEEN_DECIMALS}){DECIMAL})*\s*[\])]')) "
    r"AND bool_or(regexp_matches(v, '[0-9],[0-9]')) AND bool_or(regexp_matches(v, '[0-9](\s*;|,?\s+[-+0-9])'))"
)
"""Lists of numbers with decimal commas: other commas have blanks behind them, or semicolons or blanks cut the lists."""

SMALL_BUFFER, LONGEST_LINE = 2**23, 2_000_000
"""Bytes of text at once where memory is short, and of a line at most, as anywhere: with 4 MB at once DuckDB loses its
way in lines of 1.9. 200 MB of csv took 138 MB with the 32 MB that DuckDB reads at once itself, 26 with 4."""

MARKS_OF_AN_END = re.compile(r"\x1a+|(?:\\0)+")
"""What older programs, and such as were interrupted, write behind the last line, zeros as DuckDB shows them."""

AS_NUMBERS = "lambda x: CASE lower(x) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE x END"
INSIDE = "trim({}, '[](), ' || chr(9) || chr(10) || chr(13))"
SPLIT = rf"string_split_regex({INSIDE}, '\s*[,;]\s*|\s+')"
SPLIT_DECIMALS = f"list_transform(string_split_regex({INSIDE}, '{BETWEEN_DECIMALS}'), lambda x: replace(x, ',', '.'))"


def cells_of(connection: Any, file: str, dialect: Dialect, content: Content) -> Relation:
    """The rows of a text, all their cells words c0, c1, ..."""
    if len(dialect.names) > MOST_COLUMNS:
        raise DataError(
            "too-many-columns",
            f"{content.name} has too many columns",
            got=f"{len(dialect.names):,}",
            wanted=f"at most {MOST_COLUMNS:,} in a table of text",
            do="write a row on a line of its own, or numpy.savez with x and y",
        )
    few = len(dialect.names) <= FEW_COLUMNS
    cells = [f"c{place}" for place in range(len(dialect.names))]
    packed = "'gzip'" if content.compressed else "'none'"
    breaks, quotes = breaks_within_quotes(content)
    if breaks and quotes % 2 and (line := line_of_open_quote(content, dialect.separator, dialect.skip)):
        raise ragged(content.name, f"unterminated quote, Line: {line}", dialect.separator)
    parts = " parallel=false," if breaks else ""
    buffer = f" buffer_size={SMALL_BUFFER}, max_line_size={LONGEST_LINE}," if available_memory() < LITTLE_MEMORY else ""

    def rows(missing: str) -> str:
        return f"""read_csv(
            ?, delim=?, quote='"', escape='"', auto_detect=false, strict_mode=true, hive_partitioning=false,{parts}
            compression={packed}, header={dialect.header}, skip={dialect.skip}, nullstr=[{missing}],{buffer}
            columns={{{", ".join(f"'{c}': 'VARCHAR'" for c in cells)}}})"""

    missing = ", ".join(f"'{word}', ' {word}'" for word in sorted(MISSING_WORDS))
    columns = {name: (KNOWN if few else "trim({})").format(cell) for name, cell in zip(dialect.names, cells)}
    known = [file, dialect.separator]
    return Relation(connection, rows("''" if few else missing), known, columns, "" if few else rows("''"))


def read_cells(
    found: Relation, size: int, reading: Reading, kept: bool
) -> tuple[Relation, int, dict[str, tuple[str, ...]]]:
    """The cells c0, c1, ... of a text of so many bytes, or of a sample of its rows, ``kept`` in a table, or read from
    the file whenever they are asked for; how many rows there are, if it was counted; and the spellings of a missing
    value that may be names of classes, of each column that was looked at: of many columns all, of few those that may
    be the target, and all if these have some."""
    drawn, total = of_text(found, size, reading)
    names = {f"c{place}": name for place, name in enumerate(found.columns)}
    cells = replace(found, sql=drawn)
    if found.spelled:
        cells = cells.in_a_table() if kept else cells
        words = _classlike(found, cells, targets := _targets(names, reading.targets))
        if any(words.values()):
            words |= _classlike(found, cells, set(names) - targets)
    else:
        trimmed = cells.selected(", ".join(f"trim({cell}) AS {cell}" for cell in names))
        cells = trimmed.in_a_table() if kept else trimmed
        facts = _each(cells, SPELLED, names)
        words = {cell: classlike for cell, (_, classlike) in facts.items()}
        if spelled := [cell for cell, (some, _) in facts.items() if some]:
            known = ", ".join(f"CASE WHEN {c} NOT IN ({SPELLINGS}) THEN {c} END AS {c}" for c in spelled)
            cells = cells.selected(f"* REPLACE ({known})")
    return cells, total, {names[cell]: tuple(sorted(classlike or ())) for cell, classlike in words.items()}


def _classlike(found: Relation, cells: Relation, asked: set[str]) -> dict[str, list[str]]:
    """The spellings of a missing value in columns that may be names of classes, as the file has them. An aggregate of
    what is DISTINCT for each column would take 10 MB a column."""
    holed = [cell for cell, (some,) in _each(cells, "count(v) < count(*)", asked).items() if some]
    words: dict[str, list[str]] = {cell: [] for cell in asked}
    for start in range(0, len(holed), COLUMNS_AT_ONCE):
        part = holed[start : start + COLUMNS_AT_ONCE]
        trimmed = ", ".join(f"trim({cell})" for cell in part)
        each = found.connection.execute(
            f"""SELECT DISTINCT place, v FROM (
                SELECT unnest(range({len(part)})) AS place, unnest([{trimmed}]) AS v FROM {found.spelled}
            ) WHERE v IN ({CLASSLIKE})""",
            found.parameters,
        ).fetchall()
        for place, word in each:
            words[part[place]].append(word)
    return words


def numbers_of(
    rows: Relation, names: dict[str, str], reading: Reading
) -> tuple[int, set[str], set[str], tuple[Note, ...]]:
    """How many rows there are, which cells hold nothing but numbers, which of these numbers with points and others
    without, and what is said of those that may be codes.

    Codes with leading zeros and one length, months such as 01.2023, and whole numbers that a float64 can't tell apart,
    are words.
    """
    asked = [cell for cell, name in names.items() if reading.numbers is None or name in reading.numbers]
    numbers, mixed, codes, long, odd, short = set(), set(), [], [], [], []
    for cell, (filled, good, zeros, shortest, longest, powers, points) in _each(rows, FACTS, asked).items():
        if filled == good:
            numbers.add(cell)
            mixed |= {cell} if points else set()
            codes += [cell] if zeros and shortest == longest else []
            odd += [cell] if (zeros and (longest or 0) > 1) or powers else []
            short += [cell] if MAY_BE_VERSIONS.search(names[cell]) and not points and longest != shortest else []
            long += [cell] if (longest or 0) >= LONG_NUMBER else []
    numbers -= _where(rows, CODES, codes) | _where(rows, INDISTINCT, long)
    if reading.all:
        return rows.number_of(), numbers, numbers & mixed, ()
    examples = _each(rows, LIKE_CODES, [cell for cell in odd if cell in numbers])
    notes = [OfColumns.of([names[cell]], "number", coded(word)) for cell, (word,) in examples.items() if word]
    versions = {names[cell]: word for cell, (word,) in _each(rows, VERSIONS, short).items() if word}
    notes += [OfColumns.of([name], "number", of_versions(word[:-1], word)) for name, word in versions.items()]
    return rows.number_of(), numbers, numbers & mixed, tuple(notes)


def marks_of(
    rows: Relation,
    names: dict[str, str],
    numbers: set[str],
    mixed: set[str],
    separator: str,
    pointed: Collection[str],
) -> tuple[bool, set[str], tuple[Note, ...]]:
    """Whether commas are likelier decimal than between thousands, as other columns of the file or its semicolons say;
    which columns of ``numbers`` have points between thousands then, or as in an earlier part of the data (``pointed``),
    or as it is plain of those that are ``mixed`` with numbers without points; and what is said of others that may
    have."""
    decimal = DECIMAL_COMMAS.replace("DIGITS", "{2}" if separator == "," else "+")
    commas = bool(_where(rows, decimal, set(names) - numbers, FIRST_ROWS))
    alike = {cell for cell in numbers if names[cell] in pointed} | _where(rows, GROUPED_SURELY, mixed, FIRST_ROWS)
    if not commas and (separator != ";" or _where(rows, DECIMAL_POINTS, numbers - alike, FIRST_ROWS)):
        return False, _everywhere(rows, GROUPED, alike), ()
    grouped = _everywhere(rows, GROUPED, numbers)
    if commas or grouped <= alike:
        return True, grouped, ()
    what = f"decimal points: {listed([name for cell, name in names.items() if cell in grouped - alike])}"
    because = "three digits follow all of them; if they stand between thousands, take them out"
    return True, grouped & alike, (Note(what, because),)


def lists_of(
    rows: Relation, names: dict[str, str], numbers: set[str], reading: Reading
) -> tuple[Relation, dict[str, tuple[int, int]], set[str]]:
    """The rows with columns of lists in the place of those that hold lists of numbers, how many numbers these have, at
    least and at most, and which have decimal commas: those that are known to, or else those between brackets, of new
    rows, too, that have no column that is wanted, as series in another form. With blanks alone between them, as in no
    target, all have as many: others may be the numbers of words."""
    words, sizes = set(names) - numbers, {}
    if reading.lists is not None and reading.all and not alike(names.values(), reading.targets):
        found = bracketed = _everywhere(rows, IN_BRACKETS, words)
    elif reading.lists is not None:
        known = {*reading.lists, *alike(names.values(), reading.lists.difference(names.values()))}
        found = bracketed = _everywhere(rows, ANY_LIST, {c for c in words if names[c] in known})
    else:
        words = {c for c in words if f"{names[c]}_0" not in names.values()}
        bracketed = _everywhere(rows, IN_BRACKETS, words)
        others = words - bracketed - _targets(names, reading.targets)
        found = bracketed | _everywhere(rows, BETWEEN_BLANKS, others)
    decimal = _where(rows, DECIMAL_LISTS, bracketed)
    split = {cell: (SPLIT_DECIMALS if cell in decimal else SPLIT).format(cell) for cell in found}
    for cell in sorted(found):
        counted = f"CASE WHEN {INSIDE.format(cell)} = '' THEN 0 ELSE len({split[cell]}) END"
        query = f"SELECT min({counted}), max({counted}) FROM {rows.sql}"
        low, high = rows.connection.execute(query, rows.parameters).fetchone()
        if 0 < high <= LONGEST_LIST and (low == high or cell in bracketed):
            sizes[cell] = low, high
    if not sizes:
        return rows, {}, set()
    items = {cell: f"list_transform({split[cell]}, {AS_NUMBERS})" for cell in sizes}
    lists = ", ".join(f"TRY_CAST({found} AS DOUBLE[]) AS {cell}" for cell, found in items.items())
    return rows.selected(f"* REPLACE ({lists})"), sizes, decimal & {*sizes}


def _targets(names: dict[str, str], named: Collection[str]) -> set[str]:
    """The cells of the target."""
    likely = likely_targets([*names.values()], named)
    return {cell for cell, name in names.items() if name in likely}


def _everywhere(rows: Relation, condition: str, cells: Iterable[str]) -> set[str]:
    """The columns of which a condition is true, looked for in the first rows, and then in all."""
    return _where(rows, condition, _where(rows, condition, cells, FIRST_ROWS))


def _each(rows: Relation, facts: str, cells: Iterable[str], most: int = ALL) -> dict[str, tuple[Any, ...]]:
    """Facts, aggregates of the words v, for each of some columns, of the first rows or of all; without rows none."""
    cells, found = list(cells), {}
    table = rows.sql if most == ALL else f"(SELECT * FROM {rows.sql} LIMIT {most})"
    for start in range(0, len(cells), COLUMNS_AT_ONCE):
        part = cells[start : start + COLUMNS_AT_ONCE]
        each = rows.connection.execute(
            f"""SELECT place, {facts} FROM (
                SELECT unnest(range({len(part)})) AS place, unnest([{", ".join(part)}]) AS v FROM {table}
            ) GROUP BY place""",
            rows.parameters,
        ).fetchall()
        found |= {part[place]: tuple(values) for place, *values in each}
    return found


def _where(rows: Relation, condition: str, cells: Iterable[str], most: int = ALL) -> set[str]:
    return {cell for cell, (true,) in _each(rows, condition, cells, most).items() if true}


def ragged(name: str, message: str, separator: str) -> FileError:
    """What DuckDB says of text that it can't cut into columns, in our words."""
    line = re.search(r"Line: (\d+)", message)
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    where = f"line {line[1]} of {name}" if line else name
    if counts:
        quote = f"put text that contains {SEPARATORS.get(separator, separator)} between double quotes"
        if counts[1] == "1":  # what stands in the first line is no list of names
            quote = f"remove the lines above the one that names the columns, if they are notes; else {quote}"
        elif line and line[1] == "2":  # all rows may be as long
            quote = f"write a name for each column into line 1, or remove it, if it is a note; else {quote}"
        note = "remove the line, if it is a note and no row, or fill in its cells"
        whole = re.search(r"Original Line: (.+)", message)  # of a long row not all cells are counted
        if whole and MARKS_OF_AN_END.fullmatch(whole[1].strip()):
            note = r"tr -d '\032\000' < FILE > OTHER, which takes out the marks behind the last row"
        cells = whole[1].count(separator) + 1 if whole and '"' not in whole[1] else 0
        return FileError(
            "ragged-row",
            f"{where} has another number of columns than the header",
            got=str(max(int(counts[2]), cells)),
            wanted=counts[1],
            do=quote if int(counts[2]) > int(counts[1]) else note,
        )
    if "Maximum line size" in message:
        return FileError(
            "long-line",
            f"{where} is too long",
            got=f"{int(size[1]):,} bytes" if (size := re.search(r"Actual Size:\s*(\d+)", message)) else "",
            wanted="at most 2,000,000 bytes",
            do="close a quote that is open before it, or shorten its cells",
        )
    if "unterminated quote" in message.lower():
        return FileError(
            "open-quote",
            f"{where} has a quote that is not closed",
            do="close it, or double it inside of text",
        )
    return FileError(
        "damaged-table",
        f"{where} can't be cut into columns",
        got=message.splitlines()[0][:120],
        wanted="one delimiter and as many cells in each row as in the header",
        do="correct it there, or write the table again as CSV",
    )
