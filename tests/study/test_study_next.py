"""The command that a comparison ends with, where more training could settle it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fourfold.comparison import _next, compare
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.names import LONGER_GAIN
from fourfold.options import Options
from fourfold.study.workers import Inline

MARGIN = 0.01


def command(**changed):
    return " ".join(f"{name}={value}" for name, value in changed.items())


def measured(kind, gain, settle=None, longer=None):
    evidence = [Evidence("gain over the baseline", "dense", gain, "difference of fractions")]
    if longer is not None:
        evidence.append(Evidence(LONGER_GAIN, "attention", sum(longer) / 2, "difference of fractions", longer))
    verdict = SimpleNamespace(kind=kind, family="dense", evidence=tuple(evidence), settle=settle)
    study = SimpleNamespace(effort=SimpleNamespace(steps=600))
    return SimpleNamespace(verdict=verdict, findings=SimpleNamespace(margin=MARGIN), study=study)


@pytest.mark.parametrize(
    "kind, gain, effort, settle, wanted",
    [
        ("undecided", 0.0, "quick", None, "effort=standard seeds=None"),
        ("undecided", 0.0, "standard", {"seeds": 9}, "seeds=9"),
        ("undecided", 0.0, "standard", {"more rows": 900}, None),
        ("none", 0.03, "quick", None, "effort=standard seeds=None"),
        ("none", 0.5 * MARGIN, "quick", None, None),
        ("none", -0.2, "quick", None, None),
        ("none", 0.03, "standard", None, None),
        ("choose", 0.03, "quick", None, None),
    ],
)
def test_only_an_open_comparison_has_a_next_command(kind, gain, effort, settle, wanted):
    assert _next(measured(kind, gain, settle), Options(effort=effort), command) == wanted


@pytest.mark.parametrize(
    "kind, longer, options, wanted",
    [
        ("choose", (0.02, 0.04), {}, "steps=1200"),
        ("undecided", (0.02, 0.04), {}, "steps=1200"),
        ("choose", (0.02, 0.04), {"effort": "quick"}, "effort=standard seeds=None"),
        ("choose", (0.02, 0.04), {"effort": "quick", "steps": 600}, "effort=standard seeds=None steps=1200"),
        ("choose", (-0.01, 0.09), {}, None),  # not shown to gain
        ("choose", (0.001, 0.005), {}, None),  # less than matters
        ("undecided", (0.001, 0.005), {}, "seeds=9"),
    ],
)
def test_where_training_was_short_the_next_one_is_longer(kind, longer, options, wanted):
    found = measured(kind, 0.03, {"seeds": 9} if kind == "undecided" else None, longer)
    assert _next(found, Options(**options), command) == wanted


def test_what_is_in_memory_is_named_as_a_call_has_it(tmp_path):
    """The command that a comparison prints can be run: on the command line, or where the data are."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.normal(size=40), "b": draw.normal(size=40), "label": ["yes", "no"] * 20})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    few = {"effort": "tiny", "candidates": ["dense"], "verbose": False, "executor": Inline()}
    path, x, y = str(tmp_path / "rows.csv"), frame[["a", "b"]].to_numpy(), frame["label"].to_numpy()
    for given, options, wanted in (
        (
            (frame,),
            {"target": "label"},
            "fourfold.compare(x, target='label', effort='tiny', candidates=['dense'], out=",
        ),
        (
            (x, y),
            {"weight": np.ones(40)},
            "fourfold.compare(x, y, effort='tiny', weight=weight, candidates=['dense'], out=",
        ),
        ((path,), {"weight": np.ones(40)}, f"fourfold.compare({path!r}, effort='tiny', weight=weight, "),
        (
            (path, "label"),
            {},
            f"fourfold compare {path} --target label --effort tiny --families dense --out ",
        ),
    ):
        found = compare(*given, out=tmp_path / f"out-{len(list(tmp_path.iterdir()))}", **few, **options)
        said = found.results["command"]
        assert said.startswith(wanted), said
        if said.startswith("fourfold.compare"):
            call = (
                said.replace("(x, y,", "(*given,")
                .replace("(x,", "(*given,")
                .replace("fourfold.compare", "compare")
            )
            again = eval(
                call[:-1] + ", verbose=False, executor=Inline())", globals() | options | {"given": given}
            )
            assert again.results["fourfold"] == found.results["fourfold"] and again.folder == found.folder
            assert again.results["families"] == found.results["families"]
