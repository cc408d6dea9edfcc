"""The verdict: a pure function of findings. Choose, equivalent, undecided or none.

With [L, U] the simultaneous interval of a family minus the best other, and m the margin that matters:

    none        no family's simultaneous lower bound over the baseline to beat, the validation-best or a guess that
                tests better, is above 0; but undecided, if the best family's models, as they were trained, are
                better than it by more than m: they scatter
    equivalent  at least two families have -m < L and U < m: take the cheapest by counted FLOPs
    choose      L > 0 and U >= m
    undecided   else; also where choosing would need the variance of training again, or of groups, and nothing shows it,
                or more than one learning rate
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from fourfold.evidence.compared import Compared, compare
from fourfold.evidence.evidence import Evidence
from fourfold.evidence.findings import BaselineFindings, Findings, Kind, Verdict, title
from fourfold.evidence.reasons import Reasons
from fourfold.evidence.settle import settle

SEEDS_WANTED = 5


def decide(findings: Findings) -> Verdict:
    """Which family to use, and why.

    A family without losses (or with losses that are not finite) is left out with its status; it is no error.

    Raises:
        OptionError: ``unknown-score``, ``bad-runs``, ``bad-losses`` or ``bad-protocol``: findings that don't
            fit together.

    >>> from fourfold.evidence.findings import FamilyFindings
    >>> from fourfold.evidence.simulate import World
    >>> losses, runs, fold = World((0.95, 0.7), seeds=3, folds=5, examples=500).draw(np.random.default_rng(0))
    >>> families = {name: FamilyFindings(loss, 100, 200.0) for name, loss in losses.items()}
    >>> verdict = decide(Findings("accuracy", families, runs, fold))
    >>> verdict.kind, verdict.family
    ('choose', 'family 1')
    """
    findings = replace(findings, baselines=_finite(findings.baselines))
    trained = {
        name: np.atleast_2d(f.losses)
        for name, f in findings.families.items()
        if f.losses is not None and np.isfinite(f.losses).all()
    }
    if not trained:
        return _all_failed(findings)
    compared = compare(findings, trained)
    kind, family, equivalents, wanted = rule(compared)
    reasons = Reasons(compared, kind, family, equivalents, wanted)
    return Verdict(
        kind=kind,
        family=family,
        equivalents=tuple(equivalents),
        sentence=reasons.sentence(),
        why=reasons.why(),
        runner_up=reasons.runner_up,
        price=reasons.price(),
        change=reasons.change(),
        doubts=reasons.doubts(),
        settle=wanted,
        evidence=reasons.facts.evidence,
    )


def _finite(baselines: Mapping[str, BaselineFindings]) -> dict[str, BaselineFindings]:
    return {
        name: found
        for name, found in baselines.items()
        if np.isfinite(found.losses).all() and np.isfinite(found.validation)
    }


def rule(c: Compared) -> tuple[Kind, str, list[str], dict[str, int] | None]:
    """The kind, the family to use, the equivalent families (cheapest first), and what would settle it."""
    m, ranked, beating = c.margin, c.ranked, c.beating
    if not beating and not c.ahead_as_trained:
        return "none", ranked[0], [], _shown_by(c, ranked[0])
    if not beating or not c.identified:
        return "undecided", ranked[0], [], _settled_by(c, ranked[0])
    if not c.best_others:
        return "choose", ranked[0], [], None
    if c.findings.one_rate:
        return "undecided", ranked[0], [], None
    inside = [f for f in ranked if -m < c.best_others[f].low and c.best_others[f].high < m]
    usable = sorted((f for f in inside if f in beating), key=c.cost)
    if len(inside) >= 2 and usable:
        rest = sorted((f for f in inside if f not in beating), key=c.cost)
        return "equivalent", usable[0], usable + rest, None
    top = max(ranked, key=lambda f: c.best_others[f].low)
    if c.best_others[top].low > 0 and top in beating:
        return "choose", top, [], None
    return "undecided", ranked[0], [], _settled_by(c, ranked[0])


def _shown_by(c: Compared, best: str) -> dict[str, int] | None:
    """What would show the gain over the baseline of a family that is ahead of it by more than the margin."""
    gain, design = c.gains[best], c.analysis.design
    if gain.estimate is None or not gain.value > c.margin or (c.over_guess is not None and c.over_guess.low <= 0):
        return None
    if c.groups == 1:
        return None
    if design.seeds == 1:
        return {"seeds": SEEDS_WANTED}
    counts = settle([gain.estimate], 0.0, seeds=design.seeds, rows=design.examples, level=c.findings.level)
    return counts or None


def _settled_by(c: Compared, best: str) -> dict[str, int] | None:
    """What decides every comparison of the best so far that is still open, if anything does; one seed is too few to
    count it from."""
    if c.groups == 1:
        return None
    if c.analysis.design.seeds == 1:
        return {"seeds": SEEDS_WANTED}
    rivals = [
        other
        for other, i in c.pairs[best].items()
        if i.low <= 0 <= i.high and not (-c.margin < i.low and i.high < c.margin)
    ] or list(c.pairs[best])
    estimates = [c.analysis.difference(best, rival) for rival in rivals]
    design = c.analysis.design
    counts = settle(estimates, c.margin, seeds=design.seeds, rows=design.examples, level=c.findings.level)
    return counts or None


def _all_failed(findings: Findings) -> Verdict:
    doubts = tuple(f"{title(name)}: {found.status}." for name, found in findings.families.items())
    measured = tuple(
        Evidence("score", name, None, reason=found.status or "no finite losses")
        for name, found in findings.families.items()
    )
    return Verdict("none", None, "No family could be trained.", doubts=doubts, evidence=measured)
