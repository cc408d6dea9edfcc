"""What is asked of a forecast."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.errors import OptionError

__all__ = ["Ahead"]


@dataclass(frozen=True)
class Ahead:
    """What is asked of a forecast: how many steps, from how many, with which season; None where it is inferred.

    Errors: ``OptionError`` for numbers below 1.
    """

    horizon: int
    window: int | None = None
    season: int | None = None

    def __post_init__(self) -> None:
        for option, number, least in (
            ("forecast", self.horizon, 1),
            ("window", self.window, 2),
            ("season", self.season, 1),
        ):
            if number is not None and (not isinstance(number, int) or number < least):
                raise OptionError(
                    option,
                    f"a {'horizon' if option == 'forecast' else option} is a number of steps",
                    got=f"--{option} {number}",
                    wanted=f"{least} or more",
                )
