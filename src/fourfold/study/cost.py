"""Cost: parameters, FLOPs of one sample's prediction, and the longest chain of dependent operations. Counted."""

from __future__ import annotations

from fourfold.evidence.evidence import Evidence
from fourfold.study.architecture import Architecture

METHOD = "counted on the traced program of one sample"


def evidence(family: str, net: Architecture) -> list[Evidence]:
    """What a family's network costs, whatever the machine."""
    count = net.cost
    return [
        Evidence("parameters", family, net.parameters, "count", method="trained numbers of the network"),
        Evidence("FLOPs", family, count.flops, "count", method=METHOD),
        Evidence("sequential steps", family, count.span, "count", method=METHOD),
    ]
