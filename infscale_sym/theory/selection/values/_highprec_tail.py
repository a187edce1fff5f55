"""P(|x| <= r) and P(|x| > r), x ~ N(rho, 1), at very many r: Taylor series about the nodes of a grid, in integers.

An error function costs mpmath 40 to 130 microseconds at 50 digits; nested integrals need some ten thousand. About a
grid point r0 both probabilities are series whose coefficients follow from phi' = -u phi: with
phi(u0 + y) = sum b_n y^n, (n+1) b_{n+1} = -(u0 b_n + b_{n-1}). |y| <= 1/16 makes some 30 terms enough for 50 digits,
and integer Horner steps cost about 0.2 microseconds.
"""

from __future__ import annotations

from typing import Any

import mpmath
from mpmath import libmp, mp

from infscale_sym.theory.selection.values._highprec_zero import both_densities, survival_pair


class Probabilities:
    """Both probabilities for one rho >= 0 at the precision at which the object is made and used.

    `negligible`: nepers below which the side of -rho is left out (see `survival_pair`). `per_unit`: grid points per
    unit of r (another grid has other series, so that comparing two checks them).
    """

    def __init__(self, rho: Any, negligible: float, per_unit: int) -> None:
        self.rho, self.negligible, self.per_unit = rho, negligible, per_unit
        self.bits = mp.prec + 20
        self._series: dict[tuple[int, bool], tuple[Any, list[Any]]] = {}

    def inside(self, r: Any) -> Any:
        """P(|x| <= r), r >= 0; relative error of the working precision plus 10^-digits of cancellation at small r."""
        return self._value(r, False)

    def outside(self, r: Any) -> Any:
        """P(|x| > r), r >= 0, to the working precision."""
        return self._value(r, True)

    def _value(self, r: Any, outside: bool) -> Any:
        j = int(r * self.per_unit + 0.5)
        found = self._series.get((j, outside))
        if found is None:
            found = self._series[j, outside] = self._expand(j, outside)
        scale, coefficients = found
        bits = self.bits
        y = libmp.to_fixed((r - mpmath.mpf(j) / self.per_unit)._mpf_, bits)
        total = 0
        for coefficient in coefficients:
            total = coefficient + (total * y >> bits)
        return scale * mp.ldexp(mpmath.mpf(total), -bits)

    def _expand(self, j: int, outside: bool) -> tuple[Any, list[Any]]:
        """(scale, coefficients from the highest order down, as multiples of the scale in fixed point)."""
        start, reach = mpmath.mpf(j) / self.per_unit, mpmath.mpf(1) / (2 * self.per_unit)
        value = survival_pair(start, self.rho, self.negligible)[1 if outside else 0]
        plus, minus = both_densities(start, self.rho, self.negligible)
        sign = -1 if outside else 1
        # P(|x| <= 0) = 0: there the scale is the probability of the cell
        scale = value if value else (plus + minus) * reach
        coefficients = [value / scale]
        near, near_before = plus, mpmath.mpf(0)
        far, far_before = minus, mpmath.mpf(0)
        tiny, power, n = mp.ldexp(scale, -self.bits), mpmath.mpf(1), 0
        while True:
            coefficients.append(sign * (near + far) / ((n + 1) * scale))
            power *= reach
            # single terms vanish at zeros of Hermite polynomials, but of neighbours at most one does
            if (abs(near) + abs(near_before) + abs(far) + abs(far_before)) * power < tiny:
                break
            near, near_before = -((start - self.rho) * near + near_before) / (n + 1), near
            far, far_before = -((start + self.rho) * far + far_before) / (n + 1), far
            n += 1
        return scale, [libmp.to_fixed(c._mpf_, self.bits) for c in reversed(coefficients)]
