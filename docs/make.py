"""Makes what the pages show and code can't print at once: data of long runs, tables, pictures.

uv run python docs/make.py runs [NAME ...]   runs the comparisons; writes docs/data/*.json (minutes each)
uv run python docs/make.py pages             writes the tables between <!-- table ... --> and <!-- end -->
uv run python docs/make.py pictures          writes docs/images/ from docs/data/digits.json (needs Chromium)
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fourfold.data.synthetic import TASKS
from fourfold.evidence.findings import title
from fourfold.evidence.sentences import show
from fourfold.report import format as fmt
from fourfold.report.scores import works
from fourfold.study.efforts import EFFORTS

DOCS = Path(__file__).resolve().parent
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
RUNS = ("digits", *(task.name for task in TASKS))
MARK = re.compile(r"(<!-- table (?P<what>[\w -]+) -->\n).*?(<!-- end -->)", re.S)
WIDTH, SCREEN = 1280, 1500


# ---- data --------------------------------------------------------------------------------------------------


def run(name: str) -> None:
    """`fourfold compare NAME` in an empty folder; keeps its results.json and timings.json.

    Digits at the standard effort, the tasks of known answer at the quick one.
    """
    effort = [] if name == "digits" else ["--effort", "quick"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["fourfold", "compare", name, *effort], cwd=folder, check=True)
        keep(name, Path(folder) / f"fourfold-{name}")


def keep(name: str, study: Path) -> None:
    """Copies what the pages need out of a study's folder."""
    content = {part: json.loads((study / f"{part}.json").read_text()) for part in ("results", "timings")}
    content["results"]["examples"] = None  # no rows of the data
    if name != "digits":  # whose report is shown whole
        content["results"] |= {"evidence": [], "measures": []}
    (DOCS / "data").mkdir(exist_ok=True)
    (DOCS / "data" / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


def load(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    content = json.loads((DOCS / "data" / f"{name}.json").read_text())
    return content["results"], content["timings"]


# ---- tables ------------------------------------------------------------------------------------------------


def results(name: str) -> str:
    """The post's empty table, filled by one comparison."""
    found, _ = load(name)
    scale = fmt.score_scale(found["data"]["task"], [row["score"]["value"] for row in found["families"]])
    rows = [
        [
            f"**{row['title']}**" if row["family"] == found["verdict"]["family"] else row["title"],
            _score(row, scale),
            f"{row['parameters']:,}",
            f"{row['flops']:,.0f}",
            str(row["sequential_steps"]),
            works(row),
        ]
        for row in found["families"]
    ]
    rows += [[row["name"], _score(row, scale), "", "", "", ""] for row in found["baselines"]]
    head = ["family", scale.name, "parameters", "FLOPs a sample", "sequential steps", "rates that work"]
    return _table(head, rows) + f"\n\n> {found['verdict']['sentence']}\n\n{_made_by(found)}"


def rates(name: str) -> str:
    """Validation score by learning rate."""
    found, _ = load(name)
    grid = [row["rate"] for row in found["families"][0]["learning_rates"]]
    rows = [
        [row["title"], *(_validation(cell) for cell in row["learning_rates"])] for row in found["families"]
    ]
    return _table(["family", *(f"{rate:g}" for rate in grid)], rows) + f"\n\n{_made_by(found)}"


def steps(name: str) -> str:
    """Validation score by step, at the best learning rate."""
    found, _ = load(name)
    shown = found["families"][0]["curve"]["steps"][1::2]
    rows = []
    for row in found["families"]:
        curve = dict(zip(row["curve"]["steps"], row["curve"]["mean"]))
        rows.append([row["title"], *(f"{100 * curve[step]:.1f} %" for step in shown if step in curve)])
    return _table(["family", *(str(step) for step in shown)], rows) + f"\n\n{_made_by(found)}"


def biases(name: str) -> str:
    """What was measured of each family beside its score: one row a measure."""
    found, _ = load(name)
    rows = []
    for words, measure, subject in BIASES:
        by_subject = {e["subject"]: e for e in found["evidence"] if e["measure"] == measure}
        items = [by_subject.get(subject.format(row["family"])) for row in found["families"]]
        rows.append([words, *(_cell(item) for item in items)])
    head = ["measure", *(row["title"] for row in found["families"])]
    return _table(head, rows) + f"\n\n{_made_by(found)}"


BIASES = (
    ("lost when all positions are permuted, and trained again", "loss when positions are permuted", "{}"),
    ("lost when pieces change places", "loss when positions are permuted", "{}, pieces as wholes"),
    ("lost when pieces are shuffled inside", "loss when positions are permuted", "{}, inside pieces"),
    ("lost when test rows are moved by one place", "loss when moved by 1", "{}"),
    ("shuffled labels kept by the training rows", "training score on shuffled labels", "{}"),
    ("steps to 90 % of the way", "steps to 90 % of the way", "{}"),
    ("spread over seeds", "spread over seeds", "{}"),
)


def _cell(item: dict[str, Any] | None) -> str:
    if item is None or item["value"] is None:
        return "-"
    value = show(item["value"], item["unit"])
    if item["interval"] is None:
        return value
    low, high = (show(end, item["unit"], bare=True) for end in item["interval"])
    return f"{value} ({low} to {high})"


def answers(_: str) -> str:
    """Each task of known answer: what suits it by construction, what every family scored, the verdict."""
    rows = []
    for task in TASKS:
        found = load(task.name)[0]
        scores = {row["family"]: row["score"]["value"] for row in found["families"]}
        verdict = found["verdict"]
        names = ", ".join(title(name) for name in verdict["equivalents"] or [verdict["family"]])
        said = {"none": "none", "undecided": f"undecided; {names} is ahead"}.get(
            verdict["kind"], f"{verdict['kind']}: {names}"
        )
        cells = [f"{100 * scores[name]:.0f}" for name in ("dense", "convolution", "recurrent", "attention")]
        rows.append([f"`{task.name}`", f"{task.about}; n = {task.rows:,}", task.answer, *cells, said])
    head = ["name", "task", "made for", "dense", "convolution", "recurrent", "attention", "verdict"]
    command = "`fourfold compare NAME --effort quick`"
    return _table(head, rows) + f"\n\nAccuracy in %, made by {command}; data in [data/](data/)."


def costs(_: str) -> str:
    """What the families cost on every task, counted."""
    rows = []
    for name in RUNS:
        found = load(name)[0]
        flops = [f"{fmt.compact(row['flops'])} / {row['sequential_steps']}" for row in found["families"]]
        rows.append([f"`{name}`", "x".join(map(str, found["data"]["shape"])), *flops])
    head = ["data", "shape", *(title(f) for f in ("dense", "convolution", "recurrent", "attention"))]
    return _table(head, rows) + "\n\nFLOPs a sample / sequential steps, counted by the same commands."


def recipes(name: str) -> str:
    """What each family made of one data set."""
    found, _ = load(name)
    rows = [
        [row["title"], row["reads"], row["architecture"], f"{row['parameters']:,}"]
        for row in found["families"]
    ]
    head = ["family", "reads", "architecture", "parameters"]
    return _table(head, rows) + f"\n\n{_made_by(found)}"


def efforts(_: str) -> str:
    """What each effort means."""
    rows = [
        [
            f"`{e.name}`",
            ", ".join(f"{rate:g}" for rate in e.learning_rates),
            str(e.seeds),
            e.steps_in_words,
            ", ".join(e.sizes),
            str(e.extensions),
            e.minutes,
        ]
        for e in EFFORTS.values()
    ]
    head = [
        "effort",
        "learning rates",
        "seeds",
        "steps",
        "sizes",
        "the grid may grow",
        "minutes on digits",
    ]
    return _table(head, rows)


TABLES: dict[str, Callable[[str], str]] = {
    function.__name__: function
    for function in (results, rates, steps, biases, answers, costs, recipes, efforts)
}


def filled(page: str) -> str:
    """A page whose marked tables are what their sources give now."""

    def fill(match: re.Match[str]) -> str:
        what, _, argument = match["what"].partition(" ")
        return f"{match[1]}{TABLES[what](argument)}\n{match[3]}"

    return MARK.sub(fill, page)


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _score(row: dict[str, Any], scale: fmt.ScoreScale) -> str:
    score = row["score"]
    return f"{scale.cell(score['value'])} ({scale.span(score['low'], score['high'])})"


def _validation(cell: dict[str, Any]) -> str:
    if cell["validation"] is None:
        return "diverged"
    return f"{100 * cell['validation']['mean']:.1f} %"


def _made_by(found: dict[str, Any]) -> str:
    name = found["data"]["name"]
    return f"Made by `{found['command']}`, data in [data/{name}.json](data/{name}.json)."


# ---- pictures ----------------------------------------------------------------------------------------------


def pictures() -> None:
    """The terminal as the program itself exports it, and a screenshot of the report."""
    from rich.console import Console

    from fourfold.report import html, terminal

    found, timings = load("digits")
    (DOCS / "images").mkdir(exist_ok=True)
    console = Console(
        record=True, width=88, force_terminal=True, color_system="truecolor", file=io.StringIO()
    )
    console.print(f"$ {found['command']}")
    terminal.render(found, timings, console)
    svg = console.export_svg(title="fourfold compare digits")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)  # no font is fetched from elsewhere
    (DOCS / "images" / "terminal.svg").write_text(svg, encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(html.render(found, timings), encoding="utf-8")
        screenshot(page, DOCS / "images" / "report.png", Path(folder) / "profile")


def screenshot(page: Path, picture: Path, profile: Path) -> None:
    """The top of a page in headless Chromium, with fewer colours so that the file stays small."""
    from PIL import Image

    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("no Chromium on the PATH: the report's picture can't be made")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--virtual-time-budget=10000",
    ]
    options += [f"--user-data-dir={profile}", f"--window-size={WIDTH},{SCREEN}", f"--screenshot={picture}"]
    subprocess.run([browser, *options, page.as_uri()], check=True, capture_output=True, timeout=120)
    with Image.open(picture) as image:
        image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )


def main(words: list[str]) -> None:
    if words[:1] == ["runs"]:
        for name in words[1:] or RUNS:
            run(name)
    elif words[:1] == ["pages"]:
        for page in PAGES:
            page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
    elif words[:1] == ["pictures"]:
        pictures()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
