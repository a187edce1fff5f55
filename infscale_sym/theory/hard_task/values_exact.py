"""Best-of-k over hard prompts to any number of digits, at any number of answers (`best-of-k.hard-task`; HP, arXiv:2512.19905).

With theta = s^2/Q the offset of a prompt is tau ~ N(0, 1/theta). The number of answers enters through L = tau_k, k phi(L) = L,
so that k = (2 pi)^(1/2) L exp(L^2/2) may have any number of digits. With w = (tau^2 - L^2)/2 and y = tau r

    H = E F_k / (density of |tau| at L) = int dy 2 y int dw tau^-3 exp(-theta w) S(y/tau; tau)^k,
    k (1 - S) = (L/tau) exp(-w) A,        A(y, tau) = int_(-y)^y exp(-x - x^2/(2 tau^2)) dx,

and ln S = -(1 - S) to a relative exp(-L^2/2), which is less than the digits asked for or the value is refused. A is a
convergent series in 1/tau^2. The sums are trapezoidal, in ball arithmetic; two meshes must agree.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_mpf

_DENSITIES = (1.0, 1.27, 1.7, 2.3)
#: Up to this L the number of answers is below 1e100 and the average itself can be asked for.
_DIRECT = 21.0
#: Width of the smooth step that stands in for the edge of the plateau: erfc(_STEP x)/2.
_STEP = 0.5
_STRETCH = 3.0


def hard_task_error_mp(tau_k: Any, theta: Any, digits: int = 50) -> Any:
    """H(L; theta) = E F_k(0; tau, tau)/(density of |tau| at L), tau ~ N(0, 1/theta), k = L/phi(L); mpf.

    tau_k = L >= 1, theta in (0, 3]. Dimensionless. Relative error below 10^-digits. A second or so; up to L = 21, where the
    average itself is summed, minutes. Raises DomainError for other values, or where L is too large for that and too small
    for the digits asked for of the scaled form.
    """
    import mpmath

    level, ratio = _checked(tau_k, theta, 3)
    with mpmath.workdps(digits + 15):
        L, th = to_mpf(tau_k), to_mpf(theta)
        if _clear(level, ratio, 2 - ratio, digits):
            return agree(lambda density: _swapped(L, th, digits, density), _DENSITIES, digits, "the average over hard prompts")
        if 2 <= ratio < 3 and _clear(level, ratio, min(1.0, 3 - ratio), digits):
            return hard_task_edge_mp(tau_k, theta, digits) + plateau_mp(tau_k, theta, digits) / (2 * L * L)
        return _from_the_average(L, th, digits)


def hard_task_edge_mp(tau_k: Any, theta: Any, digits: int = 50) -> Any:
    """H(L; theta) less int_0^L exp((2 - theta)(x^2 - L^2)/2) dx/(2 L^2), what the plateau of F below L contributes; mpf.

    tau_k = L >= 1, theta in (0, 3). Dimensionless. Relative error below 10^-digits. Seconds. Errors as above.
    """
    import mpmath

    level, ratio = _checked(tau_k, theta, 3)
    with mpmath.workdps(digits + 15):
        L, th = to_mpf(tau_k), to_mpf(theta)
        if ratio < 3 and _clear(level, ratio, min(1.0, 3 - ratio), digits):
            return agree(lambda density: _edge(L, th, digits, density), _DENSITIES, digits, "the average over hard prompts")
        plateau = plateau_mp(tau_k, theta, digits + 20) / (2 * L * L)
        lost = max(0, int(mpmath.log10(plateau * L**3))) + int(mpmath.log10(L)) + 5
        return _from_the_average(L, th, digits + lost) - plateau


def plateau_mp(tau_k: Any, theta: Any, digits: int = 50) -> Any:
    """int_0^L exp((2 - theta)(x^2 - L^2)/2) dx = L 1F1(1; 3/2; -(2 - theta) L^2/2) (Kummer); mpf, L > 0, any theta > 0."""
    import mpmath

    with mpmath.workdps(digits + 15):
        L, th = to_mpf(tau_k), to_mpf(theta)
        return L * mpmath.hyp1f1(1, mpmath.mpf(3) / 2, -(2 - th) * L * L / 2)


def hard_task_constant_mp(theta: Any, digits: int = 50) -> Any:
    """M(theta) = 2 Gamma(theta) int_0^oo y (2 sinh y)^-theta dy, 0 < theta < 2, from the integral; mpf."""
    from infscale_sym.evaluate.dyadic import midpoint

    return midpoint(hard_task_constant_arb(theta, digits))


def hard_task_constant_arb(theta: Any, digits: int = 50) -> Any:
    """The same as a ball that contains it: a power series up to 1/2, a proved quadrature up to Y, a bound beyond.

    0 < theta < 2; exact numbers or balls. About `digits` digits, fewer close to 0 or 2. Raises DomainError outside.
    """
    import flint

    from infscale_sym.evaluate.lambdify import to_arb

    with flint.ctx.workprec(int(3.33 * digits) + 64):
        th = to_arb(theta)
        if not (th > 0 and th < 2):
            raise DomainError(f"theta = s^2/Q must lie in (0, 2); got {theta}")
        near, middle, beyond = _first_half(th, digits), flint.arb(0), _need(digits) + 20
        end = flint.arb(int(beyond / float(th.mid())) + 1)

        def inside(y: Any, _: Any) -> Any:
            # sinh y = exp(y) (1 - exp(-2 y))/2, so that the logarithm stays off its cut for Re y > 0
            return y * (-th * (y + (1 - (-2 * y).exp()).log())).exp()

        middle = flint.acb.integral(inside, flint.acb(flint.arb(1) / 2), flint.acb(end)).real
        # beyond Y: y exp(-theta y) (1 - exp(-2 Y))^-theta, at the most
        tail = (-th * end).exp() * (end / th + 1 / th**2) * (1 - (-2 * end).exp()) ** (-th)
        middle += tail.union(flint.arb(0))
        return 2 * th.gamma() * (near + middle)


def _first_half(th: Any, digits: int) -> Any:
    """int_0^(1/2) y (2 sinh y)^-theta dy by the power series of g = (2 sinh y/y)^-theta in y^2, with Cauchy's bound on
    |y| = 2: there |sinh y/y| >= sin(2)/2, factor by factor of its product."""
    import flint

    terms = int(digits / 1.2) + 30
    old = flint.ctx.cap
    flint.ctx.cap = terms
    try:
        factorial, coefficients = flint.fmpz(1), []
        for n in range(terms):
            coefficients.append(2 / flint.arb(factorial))
            factorial *= (2 * n + 2) * (2 * n + 3)
        # g as exp(-theta ln): the logarithm's constant term is ln 2
        series = (-th * flint.arb_series(coefficients).log()).exp()
        total = flint.arb(0)
        for n in range(terms):
            total += series[n] * (flint.arb(1) / 2) ** (2 * n + 2 - th) / (2 * n + 2 - th)
    finally:
        flint.ctx.cap = old
    bound = (flint.arb(2).sin()) ** (-th)  # of |g| on the circle
    rest = bound * flint.arb(16) ** -terms * 2 / (2 - th)
    return total + (rest).union(-rest)


def number_of_answers_mp(tau_k: Any, digits: int = 50) -> Any:
    """k = L/phi(L) = (2 pi)^(1/2) L exp(L^2/2); mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        L = to_mpf(tau_k)
        return mpmath.sqrt(2 * mpmath.pi) * L * mpmath.exp(L * L / 2)


def _checked(tau_k: Any, theta: Any, most: float) -> tuple[float, float]:
    level, ratio = exact(tau_k, "tau_k"), exact(theta, "theta")
    if not level >= 1:
        raise DomainError(f"tau_k must be at least 1; got {tau_k}")
    if not 0 < ratio <= most:
        raise DomainError(f"theta = s^2/Q must lie in (0, {most:g}]; got {theta}")
    return min(float(level), 1e150), float(ratio)


def _need(digits: int) -> float:
    return (digits + 6) * math.log(10)


def _clear(level: float, ratio: float, gap: float, digits: int) -> bool:
    """Whether what the scaled form leaves out, exp(-gap L^2/2) and exp(-L^2/2), is below the digits asked for, and whether A
    stays close enough to 2 sinh y where it matters, y < need/theta."""
    need = _need(digits) + 10
    return level * level / 2 * min(gap, 1.0) > need and level > need / ratio


def _bits(level: float, ratio: float, digits: int) -> int:
    """Working precision: guard bits, and those that the alternating series of A loses at the largest y."""
    largest = 1.6 * (_need(digits) + 12) / ratio / level
    return int(3.33 * (digits + 20) + 1.5 * largest * largest) + 64


def _from_the_average(L: Any, theta: Any, digits: int) -> Any:
    import mpmath

    from infscale_sym.theory.regression.values.gaussian_pair_exact import line_average_mp

    if L > _DIRECT:
        raise DomainError(
            f"tau_k = {mpmath.nstr(L, 6)} at theta = {mpmath.nstr(theta, 6)}: too large for the average itself (21), too small "
            f"for {digits} digits of its scaled form"
        )
    k = number_of_answers_mp(L, digits + 15)
    density = 2 * mpmath.sqrt(theta / (2 * mpmath.pi)) * mpmath.exp(-theta * L * L / 2)
    return line_average_mp(k, 0, 1, 1 / theta, digits + 2) / density


def _nodes(need: float, left: float, right: float, density: float) -> list[tuple[Any, Any]]:
    """(ln q, weight) of q = exp(v - exp(-v)): for integrands that fall as q^left at 0 and exp(-right q) at infinity."""
    import flint

    step = 7.9 / (need + 12) / density
    h = flint.arb(step)
    first = -int((math.log(need / left) + 0.5) / step) - 1
    last = int((math.log((need + 12) / right) + 0.3) / step) + 2
    out = []
    for i in range(first, last + 1):
        v = h * i
        back = (-v).exp()
        out.append((v - back, h * (1 + back)))
    return out


def _mass_series(y: Any, sinh: Any, cosh: Any, inverse: float, bits: float) -> list[Any]:
    """Coefficients of A(y, tau) in powers of 1/tau^2 <= inverse, until they no longer count at that many bits."""
    import flint

    square, power = y * y, flint.arb(1)  # y^(2n)
    moment, factor = 2 * sinh, flint.arb(1)
    out, scale, size = [moment], 1.0, float(y.mid())
    for n in range(1, 400):
        # int_(-y)^y x^(2n) exp(-x) dx by parts, twice
        lower = power * y
        power = power * square
        moment = 2 * (power * sinh - 2 * n * lower * cosh) + 2 * n * (2 * n - 1) * moment
        factor = -factor / (2 * n)
        out.append(moment * factor)
        scale *= size * size * inverse / (2 * n)
        if n > size * size * inverse and (scale == 0 or math.log2(scale) < -bits):
            return out
    raise ValidationError("the mass of the answers near the target: its series does not settle")


def _horner(series: list[Any], over: Any) -> Any:
    value = series[-1]
    for coefficient in series[-2::-1]:
        value = value * over + coefficient
    return value


def _swapped(L: Any, theta: Any, digits: int, density: float) -> Any:
    """H for theta < 2: the outer sum over y, the inner one over lambda = exp(-w) 2 sinh y."""
    import flint

    need, bits = _need(digits), _bits(min(float(L), 1e150), float(theta), digits)
    with flint.ctx.workprec(bits):
        level, th = from_mpf(L), from_mpf(theta)
        ratio = float(theta)
        square, inverse = level * level, 1.5 / min(float(L), 1e150) ** 2
        inner = [(u, u.exp(), weight * (th * u).exp()) for u, weight in _nodes(need, ratio, 1.0, density)]
        total = flint.arb(0)
        for log_y, weight_y in _nodes(need, 2 - ratio, ratio, density):
            y = log_y.exp()
            series = _mass_series(y, y.sinh(), y.cosh(), inverse, bits)
            leading = series[0]
            log_leading = leading.log()
            part = flint.arb(0)
            for u, size, weight in inner:
                apart = square + 2 * (log_leading - u)
                if apart < 1:  # on the plateau, far below L: counts for nothing
                    continue
                over = 1 / apart
                root = over.sqrt()
                part += weight * over * root * (-level * root * size * _horner(series, over) / leading).exp()
            total += part * weight_y * 2 * y * y * (-th * log_leading).exp()
        return midpoint(total)


def _edge(L: Any, theta: Any, digits: int, density: float) -> Any:
    """The edge term, theta < 3. With h = 4 lambda^2 int y exp(-lambda A) dy, which is 1 on the plateau and 0 beyond L, it is
    (2 L^2)^-1 int dtau exp((2 - theta) w) (h - [tau < L]), taken in three parts: h - g, g - e and e - [tau < L], where

        g = 4 lambda^2 int q (1 + q^2)^-2 exp(-2 lambda q) dq,  q = sinh y,   and   e = erfc((tau - L) L/2)/2.
    """
    import flint

    need, bits = _need(digits), 2 * _bits(min(float(L), 1e150), float(theta), digits)
    with flint.ctx.workprec(bits):
        level, th = from_mpf(L), from_mpf(theta)
        ratio = float(theta)
        square, inverse = level * level, 1.5 / min(float(L), 1e150) ** 2
        inner = []
        for u, weight in _nodes(need, ratio, 1.0, density):
            size = u.exp()
            inner.append((u, size, (-size).exp(), weight * (th * u).exp()))
        total = flint.arb(0)
        for log_y, weight_y in _nodes(need, 4 - ratio, ratio, density):
            y = log_y.exp()
            sinh, cosh = y.sinh(), y.cosh()
            series = _mass_series(y, sinh, cosh, inverse, bits)
            log_leading, instead = (2 * sinh).log(), sinh / cosh**3
            rest = [coefficient / (2 * sinh) for coefficient in series[1:]]
            part = flint.arb(0)
            for u, size, plain, weight in inner:
                over = 1 / (square + 2 * (log_leading - u))
                root = over.sqrt()
                # lambda A0 = (L/tau) e^u for both; A/A0 = 1 + rest/tau^2
                base = (-(level * root - 1) * size).exp() * plain
                more = (-level * root * size * over * _horner(rest, over)).exp()
                part += weight * over * root * base * (y * more - instead)
            total += part * weight_y * y * (-th * log_leading).exp()
        edge = midpoint(4 * total * square) + _smooth(level, th, need, density) + _missed(L, theta, digits)
        return edge / (2 * L * L)


def _smooth(level: Any, theta: Any, need: float, density: float) -> Any:
    """int dtau exp((2 - theta) w) (g - e), with g = 2 lambda^2 (1 - z f(z)), z = 2 lambda, f = Ci sin + (pi/2 - Si) cos."""
    import flint

    ratio, half_pi = float(theta), flint.arb.pi() / 2
    step = 2 * math.pi * math.pi / (need + 12) / density
    h = flint.arb(step)
    left = int((need + 5) / (4 - ratio) / step) + 1
    right = int(_STRETCH * math.log((need + 10) / ratio / _STRETCH) / step) + 2
    total = flint.arb(0)
    for i in range(-left, right + 1):
        v = h * i
        faster = (v / _STRETCH).exp()  # w = v on the left, where the strip is narrow, and ever faster on the right
        w = v + _STRETCH * faster
        root = (level * level + 2 * w).rsqrt()
        z = 2 * level * root * (-w).exp()
        f = z.ci() * z.sin() + (half_pi - z.si()) * z.cos()
        x = 2 * w * level / (level + 1 / root)  # L (tau - L)
        total += (1 + faster) * root * ((2 - theta) * w).exp() * (z * z * (1 - z * f) - (_STEP * x).erfc()) / 2
    return midpoint(total * h)


@lru_cache(maxsize=64)
def _missed(L: Any, theta: Any, digits: int) -> Any:
    """int exp((2 - theta)(tau^2 - L^2)/2) (g - step) dtau: what the smooth edge of the plateau adds to a sharp one."""
    import mpmath

    with mpmath.workdps(digits + 15):
        eta, c = 2 - theta, mpmath.mpf(_STEP)
        reach = mpmath.sqrt(_need(digits) + 10 + 4 * abs(eta)) / c + 2
        cuts = [0, 1, 2, 4, 7, 11, 16, 22, 30, 40]
        nodes = [*(x for x in cuts if x < reach), reach]

        def inside(x: Any) -> Any:
            return mpmath.erfc(c * x) * mpmath.exp(eta * x * x / (2 * L * L)) * mpmath.sinh(eta * x)

        return mpmath.quad(inside, nodes, method="gauss-legendre") / L
