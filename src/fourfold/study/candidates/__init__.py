"""The table of candidates, in the post's order. A further one is one file and one line here."""

from __future__ import annotations

from fourfold.study.candidates import attention, convolution, dense, recurrent
from fourfold.study.candidates.base import Candidate, Problem
from fourfold.study.candidates.own import OWN

CANDIDATES: dict[str, Candidate] = {
    module.CANDIDATE.family: module.CANDIDATE for module in (dense, convolution, recurrent, attention)
}


def candidate(family: str) -> Candidate:
    """A family's candidate; any other name is a user's own, whose layers are its settings."""
    return CANDIDATES.get(family, OWN)


__all__ = ["CANDIDATES", "Candidate", "Problem", "candidate"]
