"""What the page on data says of cells is what becomes of them, and what it shows of a command is what that prints."""

import csv
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fourfold.cli import app
from fourfold.data import read

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
TABLE = re.compile(r"^\| cells of a column \| are read as \|.*\n\|[ |-]+\n((?:\|.*\n)+)", re.M)
ROWS = [line for table in TABLE.findall(PAGE) for line in table.splitlines()]
SHOWN = re.compile(r"^```console\n\$ fourfold (.+)\n((?:.*\n)*?)```$", re.M)
FEWEST = 24
WORDS = {"true": 1.0, "false": 0.0, "missing": np.nan}


def parts(row: str) -> tuple[str, str, list[str], str]:
    """The column's name, what stands between the file's columns, the cells, and what they are read as."""
    first, second = (cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:3])
    before, cells = re.findall(r"^((?:under `.+?`: )?(?:between semicolons: )?)(.+)", first)[0]
    name = re.search(r"`(.+?)`", before)
    cells = re.sub(r"\bempty(?=,)", "`empty`", cells)
    listed = re.findall(r"``? ?(.*?) ?``?(?:, |$)", cells.replace(r"\|", "|").replace(", ...", ", `...`"))
    assert ", ".join(re.findall("`.+?`", cells.replace(", ...", ""))) == cells.replace(", ...", ""), row
    mark = ";" if "semicolons" in before else ","
    return name[1] if name else "x", mark, counted(["" if c == "empty" else c for c in listed]), second


def counted(values: list[str]) -> list[str]:
    """`...` stands for what counts on by one, or by a day or an hour, from the value before it to the one behind it."""
    found: list[str] = []
    for n, value in enumerate(values):
        if value != "...":
            found.append(value)
        elif "-" in values[n - 1]:
            first, last = (np.datetime64(values[at].replace(" ", "T")) for at in (n - 1, n + 1))
            found += map(str, np.arange(first, last)[1:])
        else:
            found += map(str, range(int(values[n - 1]) + 1, int(values[n + 1])))
    return found


def wanted(words: str) -> list:
    def one(word: str):
        if word in WORDS:
            return WORDS[word]
        return np.datetime64(word, "us") if re.match(r"\d{4}-\d\d", word) else float(word)

    return [one(word.replace(" ", "T")) for word in counted(words.split(", "))]


@pytest.mark.parametrize("row", ROWS)
def test_cells_are_read_as_the_page_says(row, tmp_path):
    name, mark, cells, words = parts(row)
    lines = [[cells[n % len(cells)], n * 7 % 23 + 100, "ab"[n * 5 % 3 % 2]] for n in range(max(FEWEST, len(cells)))]
    with open(tmp_path / "data.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=mark).writerows([[name, "other", "kind"], *lines])
    data = read(tmp_path / "data.csv")
    columns = [column.name for column in data.columns if column.name != "other"]
    if words.startswith("`"):
        assert columns == [called.replace("NAME", name) for called in re.findall("`(.+?)`", words)]
        return
    assert columns == [name]
    got = data.inputs[name]
    if words == "words":
        assert [*got[: len(cells)]] == cells
        return
    dates = got.dtype.kind == "M"
    for value, right in zip(got[: len(cells)], wanted(words), strict=True):
        if isinstance(right, float) and np.isnan(right):
            assert np.isnat(value) if dates else np.isnan(value)
        else:
            assert value == right if dates else value == pytest.approx(right, rel=1e-12)
    if set(words.split(", ")) <= {*WORDS}:
        assert data.columns[0].kind == "boolean"


def test_there_are_tables_of_cells():
    assert len(TABLE.findall(PAGE)) == PAGE.count("| cells of a column |") >= 4
    assert len(ROWS) > 90


@pytest.mark.parametrize(("command", "printed"), SHOWN.findall(PAGE))
def test_commands_print_what_the_page_shows(command, printed, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = CliRunner(env={"COLUMNS": "500"}).invoke(app, shlex.split(command))
    assert result.exit_code == 0
    assert result.output.split() == printed.split()


def test_commands_are_shown():
    assert len(SHOWN.findall(PAGE)) == PAGE.count("```console") >= 1
