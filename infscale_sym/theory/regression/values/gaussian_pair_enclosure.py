"""Rigorous enclosures of the selection error averaged over a Gaussian pair of offsets (HP, arXiv:2512.19905).

The one integral of `gaussian_pair`, on which `averaged.finite-temperature` rests: E F_k(t; (1 + drift) rho, rho) over
rho ~ N(0, c), by the trapezoidal rule.

**Proof** (whole k, t = 0 or t = inf). With x_i = z_i + rho the offset enters only through the k densities, and
|phi(x - rho - iy)| = phi(x - rho) exp(y^2/2): the parts of F that are averages over x grow at most by exp(k y^2/2) off the
real axis. This bounds the error of the trapezoidal rule; F <= k (1 + tau^2) bounds the tails; each node is an Arb ball.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_arb


def best_of_two(teacher: Any, cross: Any, judge: Any) -> Any:
    """E F_2(0; tau, rho) = 1 + a - (2/pi)(1 + 2b)/sqrt(1 + 2c) for balls: |z_1 - z_2| and z_1 + z_2 are independent."""
    import flint

    return 1 + teacher - 2 / flint.arb.pi() * (1 + 2 * cross) / (1 + 2 * judge).sqrt()


def pair_average_arb(k: Any, t: Any, teacher: Any, cross: Any, judge: Any, digits: int = 15) -> Any:
    """E F_k(t; tau, rho) over a centred Gaussian pair as a ball that provably contains it.

    k = 1 at any t, any k at t = inf (closed forms), and whole k up to 1e4 at t = 0. The moments are exact numbers,
    E rho^2 > 0. At t = 0 some 15 (1 + k c)^(1/2) enclosures of F, c = E rho^2. Raises DomainError outside, ValidationError
    if the ball comes out wider than `digits` digits.
    """
    import flint

    a, b, c = (exact(v, n) for v, n in ((teacher, "E tau^2"), (cross, "E tau rho"), (judge, "E rho^2")))
    if not (a >= 0 and c > 0 and b * b <= a * c):
        raise DomainError(f"enclosures need E tau^2 >= 0, E rho^2 > 0, a positive pair; got {teacher}, {cross}, {judge}")
    with flint.ctx.workprec(int(3.33 * digits) + 96):
        line = line_average_arb(k, t, to_arb(b) / to_arb(c) - 1 if b != c else 0, c, digits + 2)
        return _narrow(to_arb(a - b * b / c) + line, digits)


def pair_average_by_nodes_arb(k: Any, t: Any, teacher: Any, cross: Any, judge: Any, digits: int = 15) -> Any:
    """`pair_average_arb` at t = 0 without the closed form for two answers: its referee."""
    import flint

    if exact(t, "t") != 0:
        raise DomainError(f"the sum over nodes is for t = 0; got {t}")
    with flint.ctx.workprec(int(3.33 * digits) + 96):
        a, b, c = (to_arb(v) for v in (teacher, cross, judge))
        return a - b * b / c + _enclosed_line(int(exact(k, "k")), b / c - 1, c, digits + 3)


def line_average_arb(k: Any, t: Any, drift: Any, judge: Any, digits: int = 15) -> Any:
    """E F_k(t; (1 + drift) rho, rho) over rho ~ N(0, judge) as a ball; drift and judge exact numbers or balls.

    Range and errors as for `pair_average_arb`.
    """
    import flint

    number, heat = exact(k, "k"), exact(t, "t", infinite=True)
    with flint.ctx.workprec(int(3.33 * digits) + 96):
        m, c = to_arb(drift), to_arb(judge)
        if number == 1 or heat == math.inf:
            return 1 + (1 + m) ** 2 * c
        if heat != 0 or number != int(number) or not 2 <= number <= 10**4:
            raise DomainError(f"enclosures of averages need t = 0 and whole k <= 10^4 (or k = 1, or t = inf); got {k}, {t}")
        if not c > 0:
            raise DomainError(f"enclosures of averages need E rho^2 > 0; got {c.str(6)}")
        if number == 2:
            return best_of_two((1 + m) ** 2 * c, (1 + m) * c, c)
        return _narrow(_enclosed_line(int(number), m, c, digits), digits)


def slope_average_arb(k: Any, t: Any, slope: Any, judge: Any, digits: int = 15) -> Any:
    """`line_average_arb` by the ratio tau/rho = 1 + drift."""
    return line_average_arb(k, t, to_arb(slope) - 1, judge, digits)


def _narrow(ball: Any, digits: int) -> Any:
    import flint

    if not ball.rad() <= abs(ball).lower() * flint.arb(10) ** -digits:
        raise ValidationError(f"the enclosure is {ball.str(5)}: ask for fewer digits, or give the moments more exactly")
    return ball


def _enclosed_line(k: int, drift: Any, c: Any, digits: int) -> Any:
    """The trapezoidal sum with proved bounds on what is left out and on the rule's error; k >= 2, t = 0."""
    import flint

    from infscale_sym.theory.selection.values.enclosure import selection_error_arb

    # The value is not below the least variance of the chosen answer, which falls as 1/k^2.
    need = (digits + 4) * math.log(10) + 3 * math.log(k)
    ratio = float(c.mid())
    # Off the real axis by y the integrand may grow by exp(k y^2/2 + y^2/(2c)); the rule's error is that over exp(2 pi y/h).
    stiffness = k + 1 / ratio
    h = 2 * math.pi / math.sqrt(2 * stiffness * need)
    y = flint.arb(2 * math.pi / (h * stiffness))
    count = int(math.sqrt(2 * ratio * (need + 4)) / h) + 1
    step, size = flint.arb(h), abs(drift)
    norm = step / (2 * flint.arb.pi() * c).sqrt()
    total = flint.arb(0)
    for i in range(count + 1):
        rho = Fraction(h) * i
        at = to_arb(rho)
        weight = (2 if i else 1) * norm * (-at * at / (2 * c)).exp()
        light = float((weight * k * (1 + at * at)).log().mid()) / math.log(10)  # decades; F <= k (1 + tau^2)
        wanted = max(5, int(digits + 5 + min(light, 0.0) + 2 * math.log10(k)))
        error = selection_error_arb(k, 0, rho, rho, digits=wanted)
        if not drift.is_zero():  # F is quadratic in tau: F(rho + D) = F(rho) + D (F(rho + 1) - F(rho) - 1) + D^2
            D = drift * at
            error += D * (selection_error_arb(k, 0, rho + 1, rho, digits=wanted) - error - 1) + D * D
        total += weight * error
    # F = E x^2 + 2 D E x + D^2, x the chosen one of the x_i, D = drift rho. Where Im rho = +-y, with R = Re rho,
    # |E x^2| <= exp(k y^2/2) k (1 + R^2), |E x|^2 likewise with exp(k y^2), and
    # 2 |D| |E x| <= size exp(k y^2/2) (|rho|^2 + k (1 + R^2)).
    grown, far = (k * y * y / 2).exp(), c + y * y
    bound = grown * k * (1 + c) + size * grown * (k * (1 + c) + far) + size**2 * far
    bound *= (y * y / (2 * c)).exp() * 2 / ((2 * flint.arb.pi() * y / step).exp() - 1)
    # Left out: rho >= R = (count + 1) h, a sum that falls faster than geometrically.
    R = step * (count + 1)
    first = 2 * norm * k * (1 + (1 + drift) ** 2 * R * R) * (-R * R / (2 * c)).exp()
    falling = (-step * R / c).exp() * (1 + step / R) ** 2
    if not falling < 1:
        raise ValidationError("average over a Gaussian pair: the tail bound does not converge; report these parameters")
    return total + flint.arb(0, (bound + first / (1 - falling)).upper())
