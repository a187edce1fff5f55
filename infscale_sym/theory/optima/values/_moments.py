"""Rigorous moments of the chosen answer, E<x^2> and E<x>, x = z + rho, at many temperatures and judges together.

With D = tau - rho the selection error is F = E<x^2> + 2 D E<x> + D^2 (HP, arXiv:2512.19905, `selection.integral`; k whole,
t > 0, dimensionless). In y = x/t^(1/2) the weight is w = exp(-y^2/2) whatever t and rho; they enter through the density
f(y) = t^(1/2) phi(t^(1/2) y - rho) alone. So one table of exp(-u w) serves all of them: for a function g of x

    E<g> = k int a^(k-1) m dv,   v = ln u,   1 - a = int (1 - e^{-uw}) f dy,   m = int g u w e^{-uw} f dy.

Here |g| <= g+ with E<g+> <= M, E g+ w <= M, (E g+^2)^(1/2) <= L: M = 1 + rho^2, L = (E x^4)^(1/2) for x^2 and for x (the
weights fall with x^2: Chebyshev's inequality). Both integrals by the trapezoidal rule: two lines at distance b with
int |f| <= B give an error of 2B/(e^{2 pi b/h} - 1).
1. Over v, |Im v| = beta < pi/2: |a(u)| <= a(|u| cos beta), and so for m; hence B = M/cos beta.
2. Over y, |Im y| = d, for v + d^2/2 <= pi^2/(18 d^2): with s = u w(y + id), either |y d| <= pi/3, so Re s >= |s|/2, or
   |s| <= 1. Both ways |1 - e^{-s}| <= 2 and |s e^{-s}| <= e, while |f(y + id)| = f(y) e^{t d^2/2}.
3. Left out: for |x| > X at most P(|x| > X) of 1 - a and E[g+; |x| > X] of m (the terms fall, a sum is below an integral;
   X >= |rho| + 3). Before the first v, m a^(k-1) = u E[g w] up to k M u^2. Beyond the last node u = U, since e^{-v} I(v)
   falls, e^step k a(U)^(k-1) E[g+ e^{-Uw}] <= e^step k a(U)^(k-1/2) L, by Cauchy and Schwarz.

The hinge, for what lies far out: H(c) = E (c + sigma xi)_+^2, xi normal, is entire and increasing, H(c) - sigma^2 <= c^2, and
|H(c + ib)| <= e^{b^2/(2 sigma^2)} H(c). With c = -(x + D): g+ = 2 x^2 + 2 D^2 + sigma^2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import flint
from flint import arb

from infscale_sym.theory.selection.values._enclosure_gauss import Folded, density, square, symmetric

_BETA = 1.35
#: Ends of the bands of v, each with its own step in y.
_BANDS = (-8.0, 0.0, 2.0, 6.0, 15.0, 40.0, 100.0, 250.0)


def precision(nats: float) -> int:
    """Bits that keep rounding below e^-nats."""
    return int(1.4427 * nats) + 40


#: sigma of the hinge.
SMOOTHING = 0.2


def chosen_moments_arb(
    k: int, pairs: Sequence[tuple[arb, arb]], nats: float, hinge: arb | None = None
) -> list[tuple[arb, arb, arb]]:
    """(E<x^2>, E<x>, E<H(rho - tau - x)>) at each (t, rho), balls; the t should lie within a factor of a few.

    `hinge` is tau; without it the third is 0. k >= 2 a whole number, t > 0. Aims at a radius of e^-nats; the radius is what
    the bounds above give, never too small. To be called at `precision(nats)` or more. ArithmeticError out of reach.
    """
    cold, hot = (float(pick(float(t.mid()) for t, _ in pairs)) for pick in (min, max))
    far = max(abs(float(rho.mid())) for _, rho in pairs)
    nats += math.log(k) + 4 + math.log1p(far * far) + (0 if hinge is None else 3)
    reach = math.sqrt(2 * nats) + 1 + far  # in x
    step = 2 * math.pi * _BETA / (nats + 3)
    share = nats / (k - 0.5)
    end = math.log(share) + (far + math.sqrt(2 * share)) ** 2 / (2 * cold) + 1
    if end > _BANDS[-1]:
        raise ArithmeticError("the scores reach too far: t is too small for this evaluator")
    first, last = -math.ceil((nats + 2 * math.log(k)) / 2 / step), math.ceil(end / step)
    count = 2 if hinge is None else 3
    sums = [[arb(0)] * count for _ in pairs]
    final = [arb(1)] * len(pairs)
    start, eta = first, arb(step)
    for edge in _BANDS:
        stop = last if edge == _BANDS[-1] else min(last, math.floor(edge / step))
        if stop < start:
            continue
        table = _band([eta * i for i in range(start, stop + 1)], pairs, (nats, reach, cold, hot), hinge)
        for j, column in enumerate(table):
            for a, *means in column:
                power = a ** (k - 1)
                sums[j] = [total + m * power for total, m in zip(sums[j], means, strict=True)]
            final[j] = column[-1][0]
        start = stop + 1
    before = (eta * (first - 1)).exp()
    shares = k * eta * before / (1 - (-eta).exp()), k * k * eta * before * before / (1 - (-2 * eta).exp())
    line = 2 / arb(_BETA).cos() / ((2 * arb.pi() * arb(_BETA) / eta).exp() - 1)
    out = []
    for values, a, (t, rho) in zip(sums, final, pairs, strict=True):
        right = eta.exp() * k * a.upper() ** (k - 1) * a.upper().sqrt()
        mass = (t / (1 + t)).sqrt() * (-square(rho) / (2 * (1 + t))).exp()  # E w
        centre = rho * t / (1 + t)
        starts = mass * (square(centre) + t / (1 + t)), mass * centre
        got = []
        for i, value in enumerate(values):
            size, fourth = 1 + square(rho), (square(square(rho)) + 6 * square(rho) + 3).sqrt()
            if i == 2 and hinge is not None:
                more = 2 * square(hinge - rho) + arb(SMOOTHING) ** 2
                size, fourth = 2 * size + more, 2 * fourth + more
                head = symmetric(shares[0] * size)  # not needed more closely
            else:
                head = shares[0] * starts[i] + symmetric(shares[1] * size)
            got.append(k * eta * value + head + symmetric(line * size + right * fourth))
        out.append((*got, arb(0)) if hinge is None else tuple(got))
    return out


def _band(
    rows: list[arb], pairs: Sequence[tuple[arb, arb]], plan: tuple[float, float, float, float], hinge: arb | None
) -> list[list[tuple[arb, ...]]]:
    """For each (t, rho) and each v of `rows`: a and m for x^2, x and the hinge."""
    nats, reach, cold, hot = plan
    top = float(rows[-1].upper())
    width = 0.999 * math.sqrt(math.hypot(top, math.pi / 3) - top)  # d^2 (d^2/2 + top) = pi^2/18
    width = min(width, math.sqrt(2 * nats / hot), 4 * SMOOTHING / math.sqrt(hot) if hinge is not None else math.inf)
    step = 2 * math.pi * width / (nats + hot * width**2 / 2 + (6 if hinge is None else 14))
    d, h = arb(width), arb(step)
    if not rows[-1] + d * d / 2 <= arb.pi() ** 2 / (18 * d * d):
        raise ArithmeticError("internal: the strip is too wide")
    ys = [h * j for j in range(math.ceil(reach / math.sqrt(cold) / step) + 1)]
    single, double = _kernel(rows, ys, nats)
    masses, moments, slacks = [], [], []
    for t, rho in pairs:
        root = t.sqrt()
        scale = h * root
        mass, one, two, three = [], [], [], []
        for y in ys:
            x = root * y
            right, left = scale * density(x - rho), scale * density(x + rho)
            both = right + left
            mass.append(both)
            one.append(x * (right - left))
            two.append(x * x * both)
            if hinge is not None:
                three.append(right * _hinge(rho - hinge - x) + left * _hinge(rho - hinge + x))
        for column in (mass, three):
            if column:
                column[0] /= 2
        masses.append(mass)
        moments += [two, one] if hinge is None else [two, one, three]
        edge = root * ys[-1]
        if not edge >= abs(rho) + 3:
            raise ArithmeticError("internal: the range of x is too short")
        law = Folded(rho, rho)
        rule = 2 * (t * d * d / 2).exp() / ((2 * arb.pi() * d / h).exp() - 1)
        beyond, size = abs(law.error_tail(edge)), 1 + square(rho) + t * d * d
        errors = [2 * rule + law.tails(edge)[0]] + 2 * [arb(1).exp() * rule * size + beyond]
        if hinge is not None:
            more = 2 * square(hinge - rho) + arb(SMOOTHING) ** 2
            growth = (t * d * d / (2 * arb(SMOOTHING) ** 2)).exp()
            errors.append(arb(1).exp() * rule * growth * (2 * size + more) + (2 + more) * beyond)
        slacks.append([symmetric(error) for error in errors])
    a_table = flint.arb_mat(single) * flint.arb_mat(masses).transpose()
    m_table = flint.arb_mat(double) * flint.arb_mat(moments).transpose()
    out = []
    for j, (off, *offs) in enumerate(slacks):
        count = len(offs)
        out.append(
            [
                ((1 + a_table[i, j] + off).nonnegative_part(), *(m_table[i, count * j + c] + offs[c] for c in range(count)))
                for i in range(len(rows))
            ]
        )
    return out


def _kernel(rows: list[arb], ys: list[arb], nats: float) -> tuple[list[list[arb]], list[list[arb]]]:
    """e^{-uw} - 1 and u w e^{-uw}, one row for each v."""
    minus = [-(-y * y / 2).exp() for y in ys]
    cut = nats + 12
    small = arb(-cut).exp() / 2
    gone = small.union(-small) + small - 1  # e^{-uw} - 1 for u w >= cut, where also u w e^{-uw} <= cut e^-cut
    nil = symmetric(2 * cut * small)
    single, double = [], []
    for v in rows:
        u = v.exp()
        reach = float(v.mid()) - math.log(cut)
        skip = min(len(ys), int(math.sqrt(2 * reach) / float(ys[1].mid()))) if reach > 0 else 0
        while skip and not u * minus[skip - 1] < -cut:  # |y| only grows: certain for all before
            skip -= 1
        e, s = [gone] * skip, [nil] * skip
        for w in minus[skip:]:
            x = u * w
            y = x.expm1()
            e.append(y)
            s.append(-x * (1 + y))
        single.append(e)
        double.append(s)
    return single, double


def _hinge(c: arb) -> arb:
    """H(c) = (c^2 + sigma^2) Phi(c/sigma) + c sigma phi(c/sigma)."""
    sigma = arb(SMOOTHING)
    z = c / sigma
    return (c * c + sigma * sigma) * (-z * arb(0.5).sqrt()).erfc() / 2 + c * sigma * density(z)
