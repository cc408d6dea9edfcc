"""Windows of the past and the steps that follow them, freed of each window's own level and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from .fields import Fields

__all__ = ["LAST_VALUE", "SEASONAL_MEAN", "SEASONAL_NAIVE", "WINDOW_MEAN", "Seen", "Windows"]

SEASONAL_NAIVE, SEASONAL_MEAN = "seasonal naive", "seasonal mean"
LAST_VALUE, WINDOW_MEAN = "last value", "window mean"

ROUNDING = 1e-12
"""A deviation below this part of the values is what rounding leaves of none."""

FEWEST_SEASONS = 4
"""Windows of each place in a season from which on its mean error is known: of fewer it is theirs alone."""


@dataclass(frozen=True)
class Seen:
    """The data that a model was compared on: until which stamp they go, "" where steps have none; and of each series,
    by its label, the error of each of K targets that counts as 1 in its score."""

    until: str
    scales: Mapping[str, tuple[float, ...]]

    def to_dict(self) -> dict[str, Any]:
        scale = [error for errors in self.scales.values() for error in errors]
        return {"until": self.until, "labels": list(self.scales), "scale": scale}

    @classmethod
    def from_fields(cls, fields: Fields, targets: int) -> Seen:
        labels = fields.texts("labels")
        scale = fields.floats("scale", len(labels) * targets).reshape(len(labels), targets)
        return cls(fields.text("until"), dict(zip(labels, map(tuple, scale.tolist()))))


@dataclass(frozen=True)
class Windows:
    r"""A network sees a window's shape, and predicts what departs from a naive forecast.

    With x (T,) a target's values in a window, y (H,) the values that follow, m the season, and s the standard
    deviation of x (``usual`` where x is constant):

        input    (x[t] - mean x) / s
        target   (y[h] - x[T - m + h mod m]) / s    with ``base`` the last value (y[h] - x[T - 1]) / s,
                                                    with the window's mean (y[h] - mean x) / s
                                                    with the mean of its n whole seasons
                                                    (y[h] - mean over k = 1 .. n of x[T - k m + h mod m]) / s

    So a forecast of 0 is the naive one, and a series that grows looks the same at its end as at its start. Other
    channels are left as they are. The base is the rule that errs least on training windows once the mean error of each
    place in the season is taken off, which a network learns from the calendar or from the shape of the window, if there
    are enough seasons to know it. What it learns less easily is to undo the noise of values that a rule repeats: where
    a season of the clock is none of the series, departures from it are mostly what happened a season ago, and those of
    noise from its last value or season are mostly that value or season.

    Shapes: windows (N, T, C), whose first K channels are the targets; targets (N, H K), step by step, and in each
    step the K targets in their order.

    ``usual`` (K,) are the deviations that training windows have, 1 where none are known. ``time``, ``id`` and
    ``step`` say how the table is read whose last rows are forecast from; ``levels`` are those of its columns of words,
    ``phases`` the calendar's channels, and ``zoned`` is whether all its times have a zone (True) or none has; ``seen``
    is what it held.

    >>> windows = Windows(horizon=3, window=4, season=2, targets=("sales",))
    >>> past = np.array([1.0, 5.0, 3.0, 7.0]).reshape(1, 4, 1)
    >>> windows.naive(past)["seasonal naive"].tolist(), windows.naive(past)["last value"].tolist()
    ([[3.0, 7.0, 3.0]], [[7.0, 7.0, 7.0]])
    >>> windows.decode(windows.encode(np.array([[5.0, 9.0, 7.0]]), past), past).tolist()
    [[5.0, 9.0, 7.0]]
    """

    horizon: int
    window: int
    season: int
    targets: tuple[str, ...]
    time: str = ""
    id: str = ""
    step: str = ""
    levels: tuple[tuple[str, ...], ...] = ()
    phases: tuple[str, ...] = ()
    usual: tuple[float, ...] = ()
    base: str = SEASONAL_NAIVE
    zoned: bool | None = field(default=None, compare=False)
    seen: Seen | None = field(default=None, compare=False)

    @property
    def rules(self) -> tuple[str, ...]:
        """The naive forecasts that differ."""
        seasonal, several = (SEASONAL_NAIVE,) * (self.season > 1), (WINDOW_MEAN,) * (self.window > 1)
        means = (SEASONAL_MEAN,) * (1 < self.season <= self.window // 2)
        return (*seasonal, LAST_VALUE, *several, *means)

    def relative(self, windows: np.ndarray) -> np.ndarray:
        """The inputs (N, T, C) of a network: targets less their mean in the window, over their deviation there."""
        past = windows[..., : len(self.targets)]
        result = np.array(windows, dtype=np.float64)
        result[..., : len(self.targets)] = (past - past.mean(axis=1, keepdims=True)) / self._size(windows)
        return result

    def naive(self, windows: np.ndarray) -> dict[str, np.ndarray]:
        """Forecasts (N, H K) that learn nothing: the last season repeated, where one has several steps, the last value,
        the mean of the window, and the mean of its seasons, where it holds several."""
        past = windows[..., : len(self.targets)]
        return {rule: self._forecast(rule, past).reshape(len(windows), -1) for rule in self.rules}

    def _forecast(self, rule: str, past: np.ndarray) -> np.ndarray:
        """A naive forecast (N, H, K) from what came before (N, T, K)."""
        number, season = self.repeated(rule)
        seasons = past[:, self.window - number * season :].reshape(len(past), number, season, past.shape[-1])
        return seasons.mean(axis=1)[:, np.arange(self.horizon) % season]

    def repeated(self, rule: str) -> tuple[int, int]:
        """Of how many seasons at the end of a window a naive forecast repeats the mean, and how many steps each has:
        the last value is a season of one step."""
        season = self.season if rule in (SEASONAL_NAIVE, SEASONAL_MEAN) else 1
        return (self.window // season if rule in (SEASONAL_MEAN, WINDOW_MEAN) else 1), season

    def sizes(self, windows: np.ndarray) -> np.ndarray:
        """The deviation inside its window of what each number of a target (N, H K) belongs to."""
        return np.tile(self._size(windows)[:, 0], self.horizon)

    def encode(self, target: np.ndarray, windows: np.ndarray) -> np.ndarray:
        """Values (N, H K) -> their departure from the naive forecast, in deviations of the window."""
        return (target - self.level(windows)) / self.sizes(windows)

    def decode(self, values: np.ndarray, windows: np.ndarray) -> np.ndarray:
        """The inverse of ``encode``; ``values`` (..., N, H K)."""
        return values * self.sizes(windows) + self.level(windows)

    def level(self, windows: np.ndarray) -> np.ndarray:
        """The naive forecast (N, H K) from which departures are learnt."""
        past = windows[..., : len(self.targets)]
        return self._forecast(self.base, past).reshape(len(windows), self.horizon * len(self.targets))

    def _size(self, windows: np.ndarray) -> np.ndarray:
        """(N, 1, K)"""
        past = windows[..., : len(self.targets)]
        deviation = past.std(axis=1, keepdims=True)
        varies = deviation > ROUNDING * np.abs(past).max(axis=1, keepdims=True)
        return np.where(varies, deviation, np.array(self.usual or 1.0))

    def learnt(self, windows: np.ndarray, targets: np.ndarray, places: np.ndarray) -> Windows:
        """The same, with the median deviation of the windows that vary, and the base for windows that are followed by
        the steps from ``places`` (N,) on."""
        found = replace(self, usual=(np.nan,) * len(self.targets))._size(windows)[:, 0]
        medians = [float(np.median(one[one > 0])) if (one > 0).any() else 1.0 for one in found.T]
        usual = replace(self, usual=tuple(medians))
        sizes, phases = usual.sizes(windows), places % self.season
        errors = {rule: (targets - forecast) / sizes for rule, forecast in usual.naive(windows).items()}
        known = len(windows) >= FEWEST_SEASONS * self.season
        left = {rule: np.abs(_less_others(one, phases) if known else one).mean() for rule, one in errors.items()}
        return replace(usual, base=min(left, key=lambda rule: left[rule]))

    def to_dict(self) -> dict[str, Any]:
        found = asdict(self) | {
            "targets": list(self.targets),
            "usual": list(self.usual),
            "phases": list(self.phases),
            "levels": [{"levels": list(levels)} for levels in self.levels],
            "seen": None if self.seen is None else self.seen.to_dict(),
        }
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_fields(cls, fields: Fields) -> Windows:
        targets = fields.texts("targets")
        levels = tuple(part.texts("levels") for part in fields.objects("levels"))
        return cls(
            fields.integer("horizon", 1),
            fields.integer("window", 1),
            fields.integer("season", 1),
            targets,
            fields.text("time"),
            fields.text("id"),
            fields.text("step"),
            levels,
            fields.texts("phases"),
            tuple(fields.floats("usual", len(targets)).tolist()),
            fields.text("base") if "base" in fields.values else SEASONAL_NAIVE,
            fields.boolean("zoned") if "zoned" in fields.values else None,
            Seen.from_fields(fields.object("seen"), len(targets)) if "seen" in fields.values else None,
        )


def _less_others(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Each row of (N, M) less the mean of the others of its group (N,); as it is where it is the only one.

    >>> _less_others(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).tolist()
    [[-2.0], [2.0], [5.0]]
    """
    number = np.bincount(groups)[groups][:, None]
    sums = np.stack([np.bincount(groups, column) for column in values.T], axis=1)[groups]
    return values - (sums - values) / np.maximum(number - 1, 1)
