"""Dates as calendar features."""

from __future__ import annotations

import numpy as np

DAY = 86_400_000_000
"""Microseconds."""

EPOCH = np.datetime64("2000-01-01", "us")


def calendar_names(name: str, clock: bool) -> tuple[str, ...]:
    """The names of the columns that ``calendar`` gives."""
    parts = ["days", "year sin", "year cos", "week sin", "week cos"]
    return tuple(f"{name} {part}" for part in parts + (["day sin", "day cos"] if clock else []))


def has_clock(values: np.ndarray) -> bool:
    """Whether any of the dates has a time of day other than midnight."""
    present = values[~np.isnat(values)]
    return bool(np.any((present - EPOCH).astype(np.int64) % DAY))


def calendar(values: np.ndarray, clock: bool) -> np.ndarray:
    """Days since 2000, and the phase of the year, the week and (with ``clock``) the day.

    A phase is sin and cos of 2 pi times the part of the period that is over, so December lies beside
    January. Shapes: (N,) datetime64 -> (N, 5) or (N, 7) float64, NaN where the date is missing.

    >>> calendar(np.array(["2000-01-01", "NaT"], dtype="datetime64[us]"), clock=False).round(2).tolist()[0]
    [0.0, 0.0, 1.0, -0.97, -0.22]
    """
    values = values.astype("datetime64[us]")
    absent = np.isnat(values)
    filled = np.where(absent, EPOCH, values)
    days = (filled - EPOCH).astype(np.int64) / DAY
    year = filled.astype("datetime64[Y]")
    day_of_year = (filled - year.astype("datetime64[us]")).astype(np.int64) / DAY
    phases = [day_of_year / 365.25, ((days + 5) % 7) / 7]  # 2000-01-01 was a Saturday, five days after Monday
    if clock:
        phases.append(days % 1)
    waves = [wave(2 * np.pi * phase) for phase in phases for wave in (np.sin, np.cos)]
    result = np.stack([days, *waves], axis=1)
    result[absent] = np.nan
    return result
