"""Probes: a family's chosen setting trained on variants of the data, beside the same trainings on the data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from fourfold.evidence import scoring
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import title
from fourfold.evidence.sentences import Cite, Facts, Part, Sentence, enumerated, show
from fourfold.evidence.statistics import Analysis
from fourfold.study import tested
from fourfold.study.measure import Inquiry
from fourfold.study.runner import Task
from fourfold.study.study import Study
from fourfold.study.trials import Trials

PLAIN = "as it is"
LOSES, GAINS = "loses", "gains"
ENDS: tuple[Part, Part] = ("low", "high")
TURNED: dict[Part, Part] = {"value": "value", "low": "high", "high": "low"}
"""Which part of evidence each part becomes under the other sign."""


def blocks(
    study: Study, trials: Mapping[str, Trials], variants: Sequence[str], times: int = 1
) -> list[Task]:
    """The blocks of every family's probes, of ``times`` the study's steps."""
    return [
        block
        for variant in variants
        for found in trials.values()
        for block in study.probe_blocks(found, variant, times)
    ]


def told(
    found: Sequence[Evidence], guessing: Collection[str], when: str, scattered: Collection[str] = ()
) -> Sentence:
    """What is lost ``when`` the input is changed: what is shown, the most first; the others with their intervals.

    Who is not shown to beat a guess keeps what it has whatever is done to the input, unless a change is shown. Of the
    ``scattered``, whose trainings differ by more than there is to lose, nothing is known.

    >>> from fourfold.evidence.sentences import DIFFERENCE
    >>> sure = Evidence("loss", "convolution", 0.3, DIFFERENCE, (0.2, 0.4))
    >>> none = Evidence("loss", "attention", 0.0, DIFFERENCE, (-0.02, 0.02))
    >>> print(told([sure, none], {"convolution", "attention"}, "With rows moved, "))
    With rows moved, Convolution loses 30.0 points (20.0 to 40.0); Attention, not shown to beat a guess, has nothing to
    lose.
    >>> print(told([none], {"attention"}, "With rows moved, "))
    With rows moved, Attention, not shown to beat a guess, has nothing to lose.
    >>> gain = Evidence("loss", "recurrent", -0.69, DIFFERENCE, (-0.73, -0.65))
    >>> less = Evidence("loss", "dense", 0.01, DIFFERENCE, (-0.01, 0.03))
    >>> print(told([less, gain, sure], (), "With rows moved, "))
    With rows moved, Convolution loses 30.0 points (20.0 to 40.0); Recurrent gains 69.0 points (65.0 to 73.0); not shown
    to lose: Fully connected −1.0 to 3.0 points.
    >>> print(told([none, less], (), "With rows moved, "))
    With rows moved, none is shown to lose: Attention −2.0 to 2.0 points, Fully connected −1.0 to 3.0 points.
    >>> wide = Evidence("loss", "attention", -0.1, DIFFERENCE, (-0.9, 0.7))
    >>> print(told([sure, wide], (), "With rows moved, ", {"attention"}))
    With rows moved, Convolution loses 30.0 points (20.0 to 40.0); what Attention loses is not known: its trainings
    scatter by more than there is to lose.

    Families that lose the same are named together.

    >>> same = Evidence("loss", "attention", 0.3, DIFFERENCE, (0.2, 0.4))
    >>> print(told([sure, same], (), "With rows moved, "))
    With rows moved, Convolution loses 30.0 points (20.0 to 40.0), and so does Attention.
    """
    shown = sorted(filter(is_change, found), key=lambda one: one.value or 0.0, reverse=True)
    rest = [one for one in found if one not in shown]
    idle = [one for one in rest if one.subject in guessing]
    unknown = [one for one in rest if one.subject in scattered and one not in idle]
    others = [one for one in rest if one not in (*idle, *unknown)]
    parts = [_together(list(same)) for _, same in groupby(shown, key=_printed)]
    if others:
        listed = intervals(others)
        parts.append(Sentence(f"{'not' if shown else 'none is'} shown to lose: {listed}", listed.numbers))
    if unknown:
        names, one = enumerated([title(one.subject) for one in unknown]), len(unknown) == 1
        lose, whose = ("loses", "its") if one else ("lose", "their")
        why = f"{whose} trainings scatter by more than there is to lose"
        parts.append(Sentence(f"what {names} {lose} is not known: {why}"))
    if idle:
        names, has = enumerated([title(one.subject) for one in idle]), "has" if len(idle) == 1 else "have"
        parts.append(Sentence(f"{names}, not shown to beat a guess, {has} nothing to lose"))
    joined = Facts(found).join("; ", parts)
    return Sentence(f"{when}{joined}.", joined.numbers)


def intervals(found: Sequence[Evidence]) -> Sentence:
    """Families whose changes have no rank, since none is shown: where each may lie."""

    def one(each: Evidence) -> Sentence:
        low, high = (Cite(each.measure, each.subject, end, bare=end == "low") for end in ENDS)
        return Facts([each]).say("{family} {low} to {high}", family=title(each.subject), low=low, high=high)

    return Facts(found).join(", ", map(one, found))


def is_change(found: Evidence) -> bool:
    """Whether the interval leaves 0 out."""
    return found.interval is not None and not found.interval[0] <= 0 <= found.interval[1]


def _printed(found: Evidence) -> str:
    return show(found.value or 0.0, found.unit, interval=found.interval)


def _together(same: Sequence[Evidence]) -> Sentence:
    """The change of the first, and who changes alike."""
    told, names = changed(same[0], LOSES, GAINS), [title(one.subject) for one in same[1:]]
    if not names:
        return told
    return Sentence(f"{told}, and so {'does' if len(names) == 1 else 'do'} {enumerated(names)}", told.numbers)


def changed(found: Evidence, words: str, other: str) -> Sentence:
    """What ``words``, or where it is below 0 the ``other``, say of one family, with its interval."""
    if (found.value or 0.0) >= 0:
        return _with_interval(found, words)
    told = _with_interval(_turned(found), other)
    return Sentence(told, [n._replace(part=TURNED[n.part], value=0 - n.value) for n in told.numbers])


def _turned(found: Evidence) -> Evidence:
    """A loss told as a gain."""
    assert found.value is not None
    assert found.interval is not None
    low, high = found.interval
    return replace(found, value=0 - found.value, interval=(0 - high, 0 - low))


def _with_interval(found: Evidence, words: str) -> Sentence:
    low, high = (Cite(found.measure, found.subject, end, bare=True) for end in ("low", "high"))
    value = Cite(found.measure, found.subject)
    template = f"{{family}} {words} {{value}} ({{low}} to {{high}})"
    return Facts([found]).say(template, family=title(found.subject), value=value, low=low, high=high)


def paired(inquiry: Inquiry, family: str, variants: Mapping[str, str]) -> Analysis | None:
    """What a family's losses on the same rows say, as it is and under each variant, by the names of ``variants``.

    ``variants`` leads from names to variants of the data. None where a training is missing.
    """
    found = losses(inquiry, family, variants)
    if found is None:
        return None
    by_name, predicted = found
    return tested.analysis(inquiry.study, by_name, predicted)


def level(inquiry: Inquiry) -> float:
    """The level of one family's intervals with which those of all families hold at once at 95 % (Sidak)."""
    return 0.95 ** (1 / len(inquiry.trials))


def losses(
    inquiry: Inquiry, family: str, variants: Mapping[str, str], times: int = 1
) -> tuple[dict[str, np.ndarray], tested.Predictions] | None:
    """The losses (S, n) that `paired` compares, and the last predictions, whose runs and folds are all families'.

    Under the variants a family trains ``times`` the steps.
    """
    study, found = inquiry.study, inquiry.trials[family]
    runs = study.probe_runs()
    plain = {(t.run.seed, t.run.split): t for t in found.of(found.best())}
    trials = {PLAIN: plain} | {
        name: study.probed(found, variant, times) for name, variant in variants.items()
    }
    if any(run not in by_run for by_run in trials.values() for run in runs):
        return None
    by_name, predicted = {}, None
    for name, by_run in trials.items():
        predicted = tested.of_trials(study, {run: by_run[run] for run in runs})
        by_name[name] = tested.losses_of(study, predicted.values, predicted.rows)
    assert predicted is not None
    return by_name, predicted


def beside_the_table(study: Study) -> str:
    """Why scores of probes are not those of the table."""
    splits = len({split for _, split in study.probe_runs()})
    some = f" and were trained in {splits} of {len(study.splits)} splits" if splits < len(study.splits) else ""
    return f"These models did not learn from validation rows{some}: their scores are not those of the table."


def source(study: Study) -> str:
    """How many trainings stand behind a probe, in words."""
    runs = study.probe_runs()
    seeds, splits = len({seed for seed, _ in runs}), len({split for _, split in runs})
    return f"{seeds} seed{'s' * (seeds > 1)} x {splits} splits, at the chosen setting, without the validation rows"


def units(study: Study) -> tuple[str, str]:
    """The units of a score and of a difference of scores."""
    return scoring.units(study.dataset.task.score)


def missing(measure: str, family: str) -> Evidence:
    """Evidence that says that a family's probe could not be trained."""
    return Evidence(measure, family, None, reason="a training of the probe failed")
