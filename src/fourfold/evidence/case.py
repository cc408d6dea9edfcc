"""A verdict and its evidence, of which doubts are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fourfold.evidence.evidence import Evidence
from fourfold.evidence.names import FOUND
from fourfold.evidence.scoring import is_error
from fourfold.evidence.sentences import Facts


@dataclass(frozen=True)
class Case:
    """A verdict and its evidence. ``lower``: whether a lower score is the better one."""

    facts: Facts
    kind: str
    family: str
    runner_up: str | None
    equivalents: tuple[str, ...]
    score: str
    identified: bool
    baseline: str | None  # the one to beat
    baselines: tuple[str, ...]
    statuses: dict[str, str]  # of the families that are left out

    @property
    def lower(self) -> bool:
        return is_error(self.score)

    @property
    def one_family(self) -> bool:
        """Whether the verdict puts one family first, which another measure may not."""
        return self.kind in ("choose", "undecided")

    def number(self, measure: str, subject: str = "study") -> float | None:
        found = self.facts.about(measure).get(subject)
        return None if found is None else found.value

    def above(self, measure: str, threshold: float) -> Iterator[Evidence]:
        return (e for e in self.facts.about(measure).values() if (e.value or 0.0) > threshold)

    def found(self, *slugs: str) -> list[Evidence]:
        """The findings about the data that have one of these slugs."""
        return [e for e in self.facts.about(FOUND).values() if e.source in slugs]

    def leader(self, measure: str) -> str | None:
        """The family that a measure puts first, by more than the margin before the verdict's, and none of these."""
        found = self.facts.about(measure)
        if self.family not in found:
            return None
        sign = 1 if self.lower else -1
        best = min(found, key=lambda f: (sign * (found[f].value or 0.0), f != self.family))
        ahead = sign * ((found[self.family].value or 0.0) - (found[best].value or 0.0))
        own = best in (self.family, *self.equivalents)
        return best if not own and ahead > (self.number("margin") or 0.0) else None
