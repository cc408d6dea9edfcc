"""The table of candidates, in the post's order. A further one is one file and one line here."""

from __future__ import annotations

from fourfold.study.candidates import attention, convolution, dense, recurrent
from fourfold.study.candidates.base import Candidate, Problem

CANDIDATES: dict[str, Candidate] = {
    module.CANDIDATE.family: module.CANDIDATE for module in (dense, convolution, recurrent, attention)
}

__all__ = ["CANDIDATES", "Candidate", "Problem"]
