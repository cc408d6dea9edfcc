"""What the rules of the verdict read: scores, differences, gains and costs of the trained families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from fourfold.errors import OptionError
from fourfold.evidence.findings import BaselineFindings, Findings
from fourfold.evidence.scoring import of_loss
from fourfold.evidence.statistics import Analysis, Gain, Interval, gains

MARGIN = 0.01
MARGIN_OF_ERROR = 0.02


@dataclass(frozen=True)
class Compared:
    """The statistics of the families that were trained, and the costs, as the rules below read them."""

    findings: Findings
    analysis: Analysis
    margin: float
    scores: dict[str, Interval]
    pairs: dict[str, dict[str, Interval]]
    best_others: dict[str, Interval]
    gains: dict[str, Gain]
    baseline: str | None
    guess: str | None = None  # a baseline that reads no input, where another one is to be beaten
    over_guess: Interval | None = None  # what the baseline to beat gains over it
    gains_as_trained: Mapping[str, Interval] = field(
        default_factory=dict
    )  # over the baseline, training again left out

    @property
    def ranked(self) -> list[str]:
        """Best first; where scores are equal, the cheapest first."""
        sign = 1 if self.analysis.lower else -1
        return sorted(self.scores, key=lambda f: (sign * self.scores[f].value, *self.cost(f)))

    def cost(self, family: str) -> tuple[float, int, str]:
        found = self.findings.families[family]
        return found.flops, found.parameters, family

    @property
    def groups(self) -> int | None:
        """How many groups are tested; None where each example stands alone."""
        return None if self.findings.groups is None else len(np.unique(self.findings.groups))

    @property
    def identified(self) -> bool:
        """Whether the data show what training again would change, and what other groups would."""
        return self.analysis.components.runs_identified and self.groups != 1

    @property
    def beating(self) -> list[str]:
        """The families whose lower bound over the baseline is above 0, best first."""
        return [f for f in self.ranked if not self.gains or self.gains[f].low > 0]

    @property
    def ahead_as_trained(self) -> bool:
        """Whether the models of the best family, as they were trained, are better than the baseline by more than the
        margin: then it is training again that nothing is known of."""
        trained = self.gains_as_trained.get(self.ranked[0])
        return trained is not None and trained.low > self.margin


def compare(findings: Findings, trained: dict[str, np.ndarray]) -> Compared:
    """The statistics that the rules read."""
    analysis = Analysis(trained, findings.runs, findings.fold, findings.score, **findings.examples)
    if (analysis.design.folds > 1) != (findings.protocol == "cross-validation"):
        raise OptionError(
            "bad-protocol",
            f"the folds don't fit the protocol, {findings.protocol}",
            got=f"{analysis.design.folds} different values in fold",
            wanted="one for a hold-out, several for cross-validation",
            do="pass the protocol that was used",
        )
    pairs = analysis.mutual_pairs(findings.level)
    baseline = to_beat(findings.baselines, analysis.lower)
    gained, as_trained, against = {}, {}, next(iter(analysis.values.values()))
    guess, over_guess = next((name for name, found in findings.baselines.items() if found.guess), None), None
    if baseline is not None:
        loss, constant = findings.baselines[baseline].losses, findings.baselines[baseline].guess
        design = findings.runs, findings.fold, findings.score, findings.level
        over = partial(gains, **findings.examples)
        gained = over(trained, loss, *design, constant=constant)
        as_trained = over(trained, loss, *design, seeded=False, constant=constant)
        if guess is not None and not constant:
            guessed = findings.baselines[guess].losses
            over_guess = over({baseline: loss}, guessed, *design, seeded=False, constant=True)[baseline]
        against = of_loss(findings.score, float(np.mean(loss)))
    elif analysis.lower:
        against = min(analysis.values.values())
    margin = findings.margin
    if margin is None:
        margin = MARGIN_OF_ERROR * float(against) if analysis.lower else MARGIN
    return Compared(
        findings,
        analysis,
        margin,
        analysis.means(findings.level),
        pairs,
        analysis.best_others(pairs),
        gained,
        baseline,
        guess,
        over_guess,
        as_trained,
    )


def to_beat(baselines: Mapping[str, BaselineFindings], lower_is_better: bool) -> str | None:
    """The baseline that is best on validation data, or a guess that tests better; of equals the one that tests best,
    which is the harder to beat.

    >>> tested = {"linear": np.array([[0.0, 1.0]]), "trees": np.array([[0.0, 0.0]])}
    >>> to_beat({name: BaselineFindings(losses, 1.0) for name, losses in tested.items()}, lower_is_better=False)
    'trees'
    """

    def tested(name: str) -> float:
        return float(np.mean(baselines[name].losses))

    def rank(name: str) -> tuple[float, float]:
        validation = baselines[name].validation
        return validation if lower_is_better else -validation, tested(name)

    best = min(baselines, key=rank, default=None)
    return min((name for name in baselines if name == best or baselines[name].guess), key=tested, default=None)
