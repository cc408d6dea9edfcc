"""The files of a finished study that people and programs read: report, table, results, timings."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fourfold.core.files import write_whole
from fourfold.core.permission import permitted
from fourfold.errors import FileError, FourfoldError
from fourfold.report import html, table

SCHEMA = 1


def write_study(folder: Path, results: dict[str, Any], timings: dict[str, Any] | None) -> None:
    """All files; results.json last, since it says that the others are whole."""
    if timings is not None:
        write_whole(folder / "timings.json", (json.dumps(timings, indent=1) + "\n").encode())
    draw(folder, results, timings)
    write_whole(folder / "results.json", (json.dumps(results, indent=1, allow_nan=False) + "\n").encode())


def draw(folder: Path, results: dict[str, Any], timings: dict[str, Any] | None) -> None:
    """The files that people read: both, or none if the results can't be drawn."""
    drawn = {"table.csv": table.to_csv(results), "report.html": html.render(results, timings)}
    for name, text in drawn.items():
        write_whole(folder / name, text.encode())


@contextmanager
def as_written(folder: Path) -> Iterator[None]:
    """Errors of what is made of the results of a folder, which held all that is needed, are said to be theirs: they
    were changed, as into values of other types.

    Errors: ``FileError`` with what compare writes anew.
    """
    try:
        yield
    except FourfoldError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise FileError(
            "changed-results",
            f"{folder / 'results.json'} holds something else than fourfold compare wrote",
            got=f"{type(error).__name__}: {str(error)[:120]}",
            wanted="the file as it was written",
            do="the command with which the study was made: it writes the file again from what is in the folder",
        ) from error


def lying_in(folder: Path, results: dict[str, Any]) -> dict[str, Any]:
    """The results with ``folder`` as the place of the study, in what opens it, reads it and goes on from it.

    It may have been moved, or be named from elsewhere; how it was made stays as it was.
    """
    was, now, verdict = str(results["folder"]), str(folder), results["verdict"]
    if was == now:
        return results
    onward = verdict.get("next")
    if onward and onward.startswith("fourfold.compare("):
        onward = onward.removesuffix(f"out={was!r})") + f"out={now!r})"
    elif onward:
        onward = f"{onward.removesuffix(f' --out {shlex.quote(was)}')} --out {shlex.quote(now)}"
    return results | {"folder": now, "verdict": verdict | {"next": onward}}


def load_study(folder: Path, *, to_draw: bool = False) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """results.json and timings.json of a folder; a report can do without the second. ``to_draw``: the first has to hold
    all that a report needs."""
    path = folder / "results.json"
    try:
        with permitted():
            results = json.loads(path.read_text(encoding="utf-8"))
        schema = results.get("schema") if isinstance(results, dict) else None
        if schema != SCHEMA:
            raise ValueError(f"schema {schema}, not {SCHEMA}")
        if missing := next(_missing(results, NEEDED if to_draw else {"": "families"}), ""):
            raise ValueError(f"no {missing}")
    except (OSError, ValueError) as error:
        absent = isinstance(error, (FileNotFoundError, NotADirectoryError))
        raise FileError(
            "no-results",
            f"there are no results in {folder}"
            if absent
            else f"{path} holds no results that can be read ({error})",
            wanted="a folder that fourfold compare finished",
            do=f"fourfold compare DATA --out {folder}",
        ) from error
    return results, load_timings(folder)


NEEDED = {
    "": "command folder data design families baselines comparisons evidence verdict measures model",
    "data": "name rows task inferred",
    "data.inferred": "what",
    "design": "effort protocol folds seeds learning_rates steps batch replicas",
    "families": "family title status score",
    "baselines": "name score",
    "comparisons": "family against difference low high",
    "evidence": "measure",
    "verdict": "kind sentence",
    "model": "family learning_rate seed",
}
"""What every report says of the results, and of their parts."""


def _missing(results: dict[str, Any], needed: dict[str, str]) -> Iterator[str]:
    """The names of what the results lack, of what is needed by their parts. A part is one or a list; there may be no
    model."""
    for part, names in needed.items():
        found: Any = results
        for name in part.split(".") if part else ():
            found = found.get(name) if isinstance(found, dict) else None
        for one in found if isinstance(found, list) else [found] if found is not None or part != "model" else []:
            for name in names.split():
                if not isinstance(one, dict) or name not in one:
                    yield f"{part}.{name}".removeprefix(".")


def load_timings(folder: Path) -> dict[str, Any] | None:
    """timings.json of a folder; None where there is none, or one that holds no seconds."""
    try:
        timings = json.loads((folder / "timings.json").read_text(encoding="utf-8"))
        seconds = [timings["total_seconds"], *(family["train"] for family in timings["families"].values())]
        return timings if all(math.isfinite(value) for value in seconds) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
