"""Polynomials in a few named sizes with exact coefficients, recovered from their values at small integers.

    f(x, y, ...) = sum_e c_e x^e_1 y^e_2 ...

A function that is such a polynomial, of degree at most m in each size, is known by its values on a grid of m + 1
integers a size: one size after the other, Newton's divided differences give its coefficients as rational numbers. A
function that is none is found out by its values at larger sizes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np

from fourfold.errors import OptionError

FIRST = 2  # sizes of 1 are degenerate: programs leave out work on them


@dataclass(frozen=True)
class Polynomial:
    """``terms`` maps the exponents of ``sizes`` to coefficients, none of them 0.

    >>> work = Polynomial(("n", "d"), {(2, 1): Fraction(4), (2, 0): Fraction(6), (1, 2): Fraction(8)})
    >>> str(work), str(work.leading), work(n=10, d=3)
    ('4 n^2 d + 8 n d^2 + 6 n^2', '4 n^2 d + 8 n d^2', Fraction(2520, 1))
    """

    sizes: tuple[str, ...]
    terms: Mapping[tuple[int, ...], Fraction]

    def __call__(self, **at: int) -> Fraction:
        """The value at these sizes; those that occur in no term may be left out."""

        def value(key: tuple[int, ...]) -> int:
            return prod(at[size] ** exponent for size, exponent in zip(self.sizes, key) if exponent)

        return sum((c * value(key) for key, c in self.terms.items()), Fraction(0))

    def __str__(self) -> str:
        ordered = sorted(self.terms, key=lambda key: (-sum(key), *(-e for e in key)))
        return " + ".join(self._term(key) for key in ordered).replace("+ -", "- ") or "0"

    def _term(self, key: tuple[int, ...]) -> str:
        factors = [size if e == 1 else f"{size}^{e}" for size, e in zip(self.sizes, key) if e]
        coefficient = self.terms[key]
        return " ".join(factors if coefficient == 1 and factors else [str(coefficient), *factors])

    @property
    def leading(self) -> Polynomial:
        """The terms that no other term is a multiple of: what is left of the order of growth."""

        def below(key: tuple[int, ...], other: tuple[int, ...]) -> bool:
            return key != other and all(e <= f for e, f in zip(key, other))

        return self._only(lambda key: not any(below(key, other) for other in self.terms))

    @property
    def order(self) -> str:
        """The leading terms without their coefficients.

        >>> interpolate(lambda n, d: 4 * n * n * d + 6 * n * n, n=2, d=1).order
        'n^2 d'
        """
        return str(Polynomial(self.sizes, dict.fromkeys(self.leading.terms, Fraction(1))))

    def of_degree(self, size: str, degree: int) -> Polynomial:
        """The terms in which a size has this exponent."""
        place = self.sizes.index(size)
        return self._only(lambda key: key[place] == degree)

    def replaced(self, size: str, by: str) -> Polynomial:
        """One size set equal to another.

        >>> str(interpolate(lambda n, c, d: 2 * n * c * d, n=1, c=1, d=1).replaced("c", by="d"))
        '2 n d^2'
        """
        sizes = tuple(dict.fromkeys(by if name == size else name for name in self.sizes))
        terms: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
        for key, coefficient in self.terms.items():
            exponents = dict.fromkeys(sizes, 0)
            for name, exponent in zip(self.sizes, key):
                exponents[by if name == size else name] += exponent
            terms[tuple(exponents.values())] += coefficient
        return Polynomial(sizes, {key: c for key, c in terms.items() if c})

    def _only(self, wanted: Callable[[tuple[int, ...]], bool]) -> Polynomial:
        return Polynomial(self.sizes, {key: c for key, c in self.terms.items() if wanted(key)})


def interpolate(function: Callable[..., int], **degrees: int) -> Polynomial:
    """The polynomial that a function of integer sizes is, of at most these degrees.

    Raises:
        OptionError: ``not-a-polynomial``, if its value at larger sizes is another.

    >>> str(interpolate(lambda n, d: 2 * n * n * d + 3 * n, n=2, d=1))
    '2 n^2 d + 3 n'
    """
    sizes = tuple(degrees)
    nodes = [range(FIRST, FIRST + degree + 1) for degree in degrees.values()]
    values = np.empty([len(n) for n in nodes], object)
    for place, at in zip(np.ndindex(values.shape), product(*nodes)):
        values[place] = Fraction(function(**dict(zip(sizes, at))))
    for axis, points in enumerate(nodes):
        values = np.apply_along_axis(_coefficients, axis, values, points)
    found = Polynomial(sizes, {key: c for key, c in np.ndenumerate(values) if c})
    beyond = {size: FIRST + degree + 2 + i for i, (size, degree) in enumerate(degrees.items())}
    if found(**beyond) != function(**beyond):
        raise OptionError(
            "not-a-polynomial",
            "the function is no polynomial of these degrees",
            got=f"{function(**beyond)} at {beyond}",
            wanted=f"{found(**beyond)}, the value of {found}",
            do="allow higher degrees",
        )
    return found


def _coefficients(values: np.ndarray, points: range) -> np.ndarray:
    """Coefficients of 1, x, x^2, ... of the polynomial through (points, values)."""
    differences = list(values)
    for order in range(1, len(points)):
        for i in reversed(range(order, len(points))):
            differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - order])
    result = [Fraction(0)] * len(points)
    for difference, point in zip(reversed(differences), reversed(points)):  # Horner's rule
        shifted = [Fraction(0), *result[:-1]]
        result = [s - point * r for s, r in zip(shifted, result)]
        result[0] += difference
    return np.array(result, object)
