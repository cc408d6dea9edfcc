"""One thing that a measure found: a value, its unit, how sure it is, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from fourfold.errors import OptionError

ONE_SIDED = "one-sided"
"""In the method of an interval whose lower end alone is a bound."""


@dataclass(frozen=True)
class Evidence:
    """``value`` in ``unit``, inside ``interval`` by ``method``: what ``measure`` found about ``subject``.

    A measure that does not apply gives ``value=None`` and says why in ``reason``.

    Raises:
        OptionError: ``no-reason``, if there is neither a value nor a reason; ``bad-interval``, if the ends
            are not in order.

    >>> found = Evidence("score", "dense", 0.979, "fraction", interval=(0.972, 0.984))
    >>> found.applicable, Evidence.from_dict(found.to_dict()) == found
    (True, True)
    >>> Evidence("calibration error", "dense", None, "fraction", reason="below 500 test rows").applicable
    False
    """

    measure: str
    subject: str
    value: float | None
    unit: str = ""
    interval: tuple[float, float] | None = None
    method: str = ""
    source: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise OptionError(
                "no-reason",
                f"the measure {self.measure!r} of {self.subject!r} has no value and no reason",
                got="value=None, reason=''",
                wanted="a value, or why there is none",
                do="pass reason=...",
            )
        if self.interval is not None and not self.interval[0] <= self.interval[1]:
            raise OptionError(
                "bad-interval",
                f"the interval of {self.measure!r} of {self.subject!r} has its ends out of order",
                got=str(self.interval),
                wanted="(low, high) with low <= high",
                do="swap the ends, and keep NaN out",
            )

    @property
    def applicable(self) -> bool:
        return self.value is not None

    @property
    def one_sided(self) -> bool:
        return ONE_SIDED in self.method

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a JSON file; ``from_dict`` reads it back."""
        return asdict(self) | {"interval": None if self.interval is None else list(self.interval)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """From `to_dict`; entries that this version does not know are ignored."""
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        interval = known.get("interval")
        return cls(**{**known, "interval": None if interval is None else (interval[0], interval[1])})
