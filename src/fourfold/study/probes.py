"""Probes: a family's chosen setting trained on variants of the data, beside the same trainings on the data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

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


def extremes(facts: Facts, found: Sequence[Evidence], ranks: tuple[str, str]) -> Sentence:
    """The two ends of the families' losses with their intervals; one below 0 is a gain.

    >>> from fourfold.evidence.sentences import DIFFERENCE
    >>> loss = Evidence("loss", "dense", 0.02, DIFFERENCE, (0.01, 0.03))
    >>> gain = Evidence("loss", "recurrent", -0.69, DIFFERENCE, (-0.73, -0.65))
    >>> extremes(Facts([loss, gain]), [loss, gain], ("most", "least"))
    'Fully connected loses most, 2.0 points (1.0 to 3.0); Recurrent gains 69.0 points (65.0 to 73.0)'
    >>> extremes(Facts([loss, gain]), [loss, gain], ("least", "most"))
    'Recurrent gains 69.0 points (65.0 to 73.0); Fully connected loses most, 2.0 points (1.0 to 3.0)'

    Who loses nothing has no rank: beside a gain it would be the one that loses most.

    >>> none = Evidence("loss", "dense", 0.0, DIFFERENCE, (-0.02, 0.02))
    >>> extremes(Facts([none, gain]), [none, gain], ("least", "most"))
    'Recurrent gains 69.0 points (65.0 to 73.0); Fully connected loses 0.0 points (−2.0 to 2.0)'

    Families that share an end are named together.

    >>> same = Evidence("loss", "attention", 0.02, DIFFERENCE, (0.0, 0.04))
    >>> extremes(Facts([loss, same]), [loss, same], ("most", "least"))
    'Fully connected loses 2.0 points (1.0 to 3.0), and so does Attention'

    Where the largest change is not shown, the largest that is shown is told, too.

    >>> wide = Evidence("loss", "recurrent", 0.45, DIFFERENCE, (-0.9, 0.9))
    >>> sure = Evidence("loss", "convolution", 0.02, DIFFERENCE, (0.01, 0.03))
    >>> print(extremes(Facts([none, wide, sure]), [none, wide, sure], ("most", "least")))
    Recurrent loses most, 45.0 points (−90.0 to 90.0); Fully connected loses 0.0 points (−2.0 to 2.0); Convolution is
    shown to lose 2.0 points (1.0 to 3.0)
    """
    ordered = sorted(found, key=lambda one: one.value or 0.0, reverse=ranks[0] == "most")
    first = _alike(found, ordered[0])
    if len(first) == len(found):
        return _together(first, LOSES)
    last = _alike(found, ordered[-1])
    ranked = [f"{rank}," * bool(one.value) for one, rank in zip((first[0], last[0]), ranks)]
    again = LOSES if _below(first[0]) or not ranked[1] or len(first) > 1 or len(last) > 1 else ""
    parts = [(first, f"{LOSES} {ranked[0]}".strip()), (last, f"{again} {ranked[1]}".strip())]
    surely = max(filter(is_shown, found), key=lambda one: one.value or 0.0, default=None)
    if surely is not None and not any(map(is_shown, first if ranks[0] == "most" else last)):
        parts.append(([surely], "is shown to lose"))
    return facts.join("; ", [_together(same, words) for same, words in parts])


def told(
    found: Sequence[Evidence],
    ranks: tuple[str, str],
    guessing: Collection[str],
    when: str,
    scattered: Collection[str] = (),
) -> Sentence:
    """What is lost ``when`` the input is changed: the two ends of the families' losses.

    Who is not shown to beat a guess keeps what it has whatever is done to the input, and has no rank, unless a change
    is shown. Nor has one of the ``scattered``, whose trainings differ by more than there is to lose. Where no change
    is shown at all, none has.

    >>> from fourfold.evidence.sentences import DIFFERENCE
    >>> sure = Evidence("loss", "convolution", 0.3, DIFFERENCE, (0.2, 0.4))
    >>> none = Evidence("loss", "attention", 0.0, DIFFERENCE, (-0.02, 0.02))
    >>> print(told([sure, none], ("least", "most"), {"convolution", "attention"}, "With rows moved, "))
    With rows moved, Convolution loses 30.0 points (20.0 to 40.0); Attention, not shown to beat a guess, has nothing to
    lose.
    >>> print(told([none], ("least", "most"), {"attention"}, "With rows moved, "))
    With rows moved, Attention, not shown to beat a guess, has nothing to lose.
    >>> wide = Evidence("loss", "attention", -0.1, DIFFERENCE, (-0.9, 0.7))
    >>> print(told([sure, wide], ("least", "most"), (), "With rows moved, ", {"attention"}))
    With rows moved, Convolution loses 30.0 points (20.0 to 40.0); what Attention loses is not known: its trainings
    scatter by more than there is to lose.
    >>> less = Evidence("loss", "dense", 0.01, DIFFERENCE, (-0.01, 0.03))
    >>> print(told([none, less], ("least", "most"), (), "With rows moved, "))
    With rows moved, none is shown to lose: Attention −2.0 to 2.0 points, Fully connected −1.0 to 3.0 points.
    """
    idle = [one for one in found if one.subject in guessing and not is_change(one)]
    unknown = [one for one in found if one.subject in scattered and not is_change(one)]
    kept = [one for one in found if one not in (*idle, *unknown)]
    parts = []
    if kept:
        what = "" if any(map(is_shown, kept)) else "none is shown to lose: "
        listed = extremes(Facts(kept), kept, ranks) if any(map(is_change, kept)) else intervals(kept)
        parts.append(Sentence(f"{what}{listed}", listed.numbers))
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


def _alike(found: Sequence[Evidence], one: Evidence) -> list[Evidence]:
    """Those of which the same change is shown, in their order; ``one`` is among them."""
    return [other for other in found if _printed(other) == _printed(one)]


def is_shown(found: Evidence) -> bool:
    """Whether the interval lies above 0."""
    return found.interval is not None and found.interval[0] > 0


def _printed(found: Evidence) -> str:
    return show(found.value or 0.0, found.unit, interval=found.interval)


def _together(same: Sequence[Evidence], words: str) -> Sentence:
    """The change of the first, and who changes alike."""
    told, names = changed(same[0], words, GAINS), [title(one.subject) for one in same[1:]]
    if not names:
        return told
    return Sentence(f"{told}, and so {'does' if len(names) == 1 else 'do'} {enumerated(names)}", told.numbers)


def _below(found: Evidence) -> bool:
    return (found.value or 0.0) < 0


def changed(found: Evidence, words: str, other: str) -> Sentence:
    """What ``words``, or where it is below 0 the ``other``, say of one family, with its interval."""
    if not _below(found):
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
