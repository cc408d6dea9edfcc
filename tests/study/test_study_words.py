"""What an example is called: every kind of data has its word, in what is inspected, decided and reported."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from fourfold.comparison import run
from fourfold.data.judgement.findings import as_lines
from fourfold.evidence.simulate import World
from fourfold.evidence.statistics import Analysis
from fourfold.loading import load_data
from fourfold.options import Options
from fourfold.report import terminal
from fourfold.study.candidates import Problem, candidate
from fourfold.study.efforts import EFFORTS
from fourfold.study.results import random_effects
from fourfold.study.workers import Inline

DRAW = np.random.default_rng(0)
FEW = replace(
    EFFORTS["standard"],
    steps=10,
    learning_rates=(1e-2,),
    seeds=2,
    sizes=("S",),
    extensions=0,
    probe_seeds=1,
    moved_rows=8,
)


def data(kind):
    """Sixty examples of one kind, half of them the twins of others; four fifths are of one class."""
    labels = np.where(np.arange(60) % 5 == 0, "row", "rows")  # the words of a user stay as they are
    half = {
        "row": DRAW.normal(size=(30, 4)),
        "series": DRAW.normal(size=(30, 8, 2)),
        "image": DRAW.integers(255, size=(30, 6, 6)).astype(np.uint8),
    }
    if kind == "text":
        words = ["".join(DRAW.choice(list("abc d"), 12)) for _ in range(30)]
        return {"text": np.array(words * 2, dtype=object), "label": labels}, None, {"layout": "text"}
    if kind == "window":
        table = {"time": np.arange(200.0), "value": np.sin(np.arange(200.0)) + 0.1 * DRAW.normal(size=200)}
        return table, None, {"forecast": 3, "time": "time", "target": "value"}
    return np.concatenate([half[kind]] * 2), labels, {}


@pytest.mark.parametrize("kind, many", [("row", "rows"), ("series", "series"), ("image", "images"),
                                        ("text", "texts"), ("window", "windows")])  # fmt: skip
def test_examples_have_the_word_of_their_kind_everywhere(kind, many, tmp_path, monkeypatch):
    monkeypatch.setitem(EFFORTS, "standard", FEW)
    x, y, options = data(kind)
    options = Options(candidates=["dense", "attention"], **options)
    dataset = load_data(x, y, options)
    lines = list(as_lines(dataset))
    assert re.match(rf"data: \d+ {many} of ", lines[0])
    found = run(dataset, options, tmp_path / "study", source="data", executor=Inline()).results
    page = (tmp_path / "study" / "report.html").read_text(encoding="utf-8")
    console = Console(record=True, width=120, file=open("/dev/null", "w"))  # noqa: SIM115
    terminal.render(found, None, console)
    printed = console.export_text()
    tested = next(e["value"] for e in found["evidence"] if e["measure"] == "test rows")
    few = "30 independent tests" if kind == "window" else f"{tested} tested {many}"
    assert any(doubt.startswith(f"A small test set, {tested} {many}: ") for doubt in found["verdict"]["doubts"])
    assert f"{few} can show " in page and f"{found['data']['rows']} {many}" in printed
    if kind != "window":
        twins = f"with the inputs of an earlier {kind}; "
        assert any(twins in doubt and f"of the tested {many}" in doubt for doubt in found["verdict"]["doubts"])
    if kind == "row":
        return
    said = json.dumps([found["verdict"], found["measures"], found["data"]["findings"], lines, printed])
    said = re.sub(r"'rows?'|“rows?”|\"(rows?|more rows)\": |\"rows?\"|\"slug\": \"[^\"]*\"", "", said)
    said = re.sub(r"rows of (pixels|the image)", "", said)
    assert not re.findall(r".{40}\b[Rr]ows?\b.{20}", said)
    assert not re.search(r"(test|tested|training|validation|more) rows?\b", page)
    if kind in ("text", "series"):
        place, other = ("token", "step") if kind == "text" else ("step", "token")
        told = json.dumps([found["measures"], found["evidence"], [family["reads"] for family in found["families"]]])
        for words in ("moved by one {}", "by the first {} over the last", "{}s moved", "first {}s of an input", "an input's first {}", "{}s before the last"):
            assert words.format(place) in told and words.format(other) not in told


@pytest.mark.parametrize("groups, of", [(0, "examples"), (20, "groups of examples")])
def test_what_scores_vary_with_is_said_as_it_is_modelled(groups, of):
    for folds, effects in ((5, f"{of}, seeds and folds"), (1, f"{of} and seeds")):
        world = World((0.9, 0.8), seeds=3, folds=folds, examples=100, groups=groups)
        known = {"groups": world.group if groups else None}
        analysis = Analysis(*world.draw(np.random.default_rng(0)), **known)
        assert random_effects(analysis.design) == (effects, of)
        in_time = of.replace("groups of examples", "blocks of examples near each other in time")
        assert random_effects(analysis.design, in_time=True)[1] == in_time


@pytest.mark.parametrize(
    "family, one, many",
    [
        ("dense", "1 number, flattened", "3 numbers, flattened"),
        ("convolution", "1 column, through", "3 columns in an order that each seed and split permutes, through"),
        ("recurrent", "1 column", "3 columns in an order that each seed and split permutes"),
        ("attention", "1 token, one a column", "3 tokens, one a column"),
    ],
)
def test_one_column_is_read_as_one(family, one, many):
    for columns, said in ((1, one), (3, many)):
        assert candidate(family).reads(Problem("flat", (columns,), 1, 100)).startswith(said)
