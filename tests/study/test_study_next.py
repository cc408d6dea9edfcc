"""The command that a comparison ends with, where more training could settle it."""

from types import SimpleNamespace

import pytest

from fourfold.comparison import _next
from fourfold.evidence.evidence import Evidence
from fourfold.options import Options

MARGIN = 0.01


def command(**changed):
    return " ".join(f"{name}={value}" for name, value in changed.items())


def measured(kind, gain, settle=None):
    evidence = (Evidence("gain over the baseline", "dense", gain, "difference of fractions"),)
    verdict = SimpleNamespace(kind=kind, family="dense", evidence=evidence, settle=settle)
    return SimpleNamespace(verdict=verdict, findings=SimpleNamespace(margin=MARGIN))


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
