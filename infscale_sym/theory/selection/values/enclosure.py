"""Rigorous Arb enclosures of the selection error F_k(t; tau, rho) (HP, arXiv:2512.19905; `selection.integral`).

    F_k = E[Σ w_i (z_i+tau)² / Σ w_i],   w_i = exp(-(z_i+rho)²/(2t)),   z_i ~ N(0,1) iid,   dimensionless.

Every ball returned provably contains the value: the proofs (tails, discretisation; rounding is in the ball arithmetic)
stand in the docstrings of `_enclosure_gauss` (Gauss rule), `_enclosure_zero` (t = 0), `_enclosure_strip` and
`_enclosure_small_t` (t > 0). Exact cases: F_1 = 1 + tau² at every t, and t = inf gives 1 + tau² at every k.

Also the law of the distance |z+rho|: `survival_arb`, `log_survival_arb`, for balls and complex balls.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import flint
from flint import acb, arb, fmpq

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.theory.selection.values._enclosure_float import FloatLaw, rough_range
from infscale_sym.theory.selection.values._enclosure_gauss import BOUND_BITS, Folded, log_float, square, symmetric
from infscale_sym.theory.selection.values._enclosure_small_t import GAMMA, SmallNoise, Smoothing
from infscale_sym.theory.selection.values._enclosure_strip import StripIntegrator
from infscale_sym.theory.selection.values._enclosure_zero import enclose_zero

Parameter = Fraction | arb

_LN10 = math.log(10)
_ATTEMPTS = 4

#: Digits at t > 0 where the surrogate for small noise is needed, unless `thorough`.
SMALL_NOISE_DIGITS = 18


def selection_error_arb(k: Any, t: Any, tau: Any, rho: Any, digits: int = 50, *, thorough: bool = False) -> arb:
    """A ball that provably contains F_k(t; tau, rho); dimensionless.

    k, t, tau, rho: one number each (int, float, Fraction, Decimal, decimal string, mpf, ...), taken exactly; t may be
    infinite. A flint ball is allowed too: the result then contains F for every value in it, and its radius is what that
    leaves. Box: 1 <= k <= 1e16 (any real), t = 0 or 1e-6 <= t <= 1e6 or t = inf, |tau|, |rho| <= 40; digits >= 1.
    The relative radius is at most 10^-digits at t = 0 and t = inf, and at t > 0 wherever the strip method alone serves
    (k (E w)²/E w² >> 1 or large t; w = exp(-x²/(2t))). Elsewhere at t > 0 it is 10^-min(digits, 18), because 50 digits
    can take minutes there; `thorough` pursues `digits` regardless. The precision of the flint context is left as it was.
    Raises DomainError outside the box.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise DomainError(f"digits must be an integer of at least 1; got {digits!r}")
    k_, t_, tau_, rho_ = _parameter(k, "k"), _parameter(t, "t"), _parameter(tau, "tau"), _parameter(rho, "rho")
    _check_box(k_, t_, tau_, rho_)
    if k_ == 1 or t_ == math.inf:
        with flint.ctx.workprec(int(3.33 * digits) + 32):
            return 1 + square(tau_) if isinstance(tau_, arb) else _ball(1 + tau_ * tau_)
    given_as_balls = any(isinstance(value, arb) for value in (k_, t_, tau_, rho_))
    goal = digits
    ball = arb("nan")
    for _ in range(_ATTEMPTS):
        ball, limit = _enclose(k_, t_, tau_, rho_, goal, thorough)
        if given_as_balls:
            return ball
        aim = digits if limit is None else min(digits, limit)
        with flint.ctx.workprec(BOUND_BITS):
            missing = (log_float(ball.rad() / abs(ball).lower()) / _LN10 + aim) if not ball.contains(0) else 20.0
        if missing <= 0:
            return ball
        goal = aim + math.ceil(min(missing, 200.0)) + 2
        thorough = thorough or limit is not None  # the second attempt aims at a few digits more than the limit
    return ball  # still rigorous; not seen to happen inside the box


def survival_arb(r: Any, rho: Any) -> Any:
    """S(r) = P(|z+rho| > r) = Q(r-rho) + Q(r+rho) as a ball (arb, or acb for complex r), at the context's precision.

    r, rho: balls, complex balls, or exact numbers (see `selection_error_arb`). For complex r the entire function. No
    digit is lost in the tail; 1 - S(r) keeps the *absolute* accuracy only (use `log_survival_arb`). Dimensionless.
    """
    r_, rho_ = _argument(r, "r"), _argument(rho, "rho")
    if isinstance(r_, arb) and isinstance(rho_, arb) and r_ >= 0:
        return Folded(rho_, rho_).tails(r_)[0]
    root = arb(0.5).sqrt()
    return (((r_ - rho_) * root).erfc() + ((r_ + rho_) * root).erfc()) / 2


def log_survival_arb(r: Any, rho: Any) -> Any:
    """ln S(r), with full relative accuracy where S is near 1 and where it is tiny; arguments as for `survival_arb`.

    Complex r: the principal logarithm, analytic wherever the ball of S(r) stays off the negative real axis.
    """
    r_, rho_ = _argument(r, "r"), _argument(rho, "rho")
    if isinstance(r_, arb) and isinstance(rho_, arb):
        if r_ >= 0:
            return Folded(rho_, rho_).log_survival(r_)
        return survival_arb(r_, rho_).log()
    bits = flint.ctx.prec
    size = log_float(abs(r_)) / math.log(2) if abs(r_) > 0 else 0.0
    with flint.ctx.workprec(bits + int(min(max(0.0, -size), bits)) + 8):  # p ~ r near r = 0
        root = arb(0.5).sqrt()
        p = (((r_ + rho_) * root).erf() + ((r_ - rho_) * root).erf()) / 2
        if abs(p) < 0.5:
            return +acb(-p).log1p()
    return acb(survival_arb(r_, rho_)).log()


def _enclose(k: Parameter, t: Parameter, tau: Parameter, rho: Parameter, digits: int, thorough: bool) -> tuple[arb, int | None]:
    """One attempt at `digits` digits: the ball, and the number of digits aimed at instead where that was lowered."""
    integer = isinstance(k, Fraction) and k.denominator == 1
    deep = not integer and k < 20
    limit = None
    if t > 0 and not thorough and digits > SMALL_NOISE_DIGITS and not _strip_serves(k, t, tau, rho, digits):
        digits = limit = SMALL_NOISE_DIGITS
    with flint.ctx.workprec(int(3.33 * digits * (2 if deep else 1)) + 110):
        law = Folded(_ball(rho), _ball(tau))
        if t == 0:
            return enclose_zero(_ball(k), integer, law, digits), limit
        return _enclose_noisy(_ball(k), integer, _ball(t), law, digits), limit


def _start(k: float, digits: int) -> float:
    """v up to which the strip method is used: there is room for the smoothing to start."""
    nats = (digits + 5) * _LN10
    return math.log((nats + 2 * math.log(k) + 60) / math.cos(GAMMA)) + 5.2


def _strip_serves(k: Parameter, t: Parameter, tau: Parameter, rho: Parameter, digits: int) -> bool:
    """Whether the strip method alone is expected to reach the tail (an expectation, not a claim)."""
    k_, t_, tau_, rho_ = (float(_ball(value).mid()) for value in (k, t, tau, rho))
    start, nats = _start(k_, digits), (digits + 5) * _LN10
    rough = rough_range(FloatLaw(rho_, tau_, t_), k_, 1.0, nats + math.log(k_))
    return rough.cutoff(rough.log_part - (digits + 2) * _LN10)[0] < start - 0.5


def _enclose_noisy(k: arb, integer: bool, t: arb, law: Folded, digits: int) -> arb:
    """t > 0: the strip method up to v0, the surrogate for small noise beyond; |F - sum| <= absolute + relative F."""
    nats = (digits + 5) * _LN10
    stop = _start(float(k.mid()), digits)
    floats = FloatLaw(float(law.rho.mid()), float(law.tau.mid()), float(t.mid()))
    rough = rough_range(floats, float(k.mid()), stop, nats + log_float(k))
    log_target = rough.log_part - (digits + 2) * _LN10
    if not integer and k < 20 and rough.cutoff(log_target)[0] < 30:  # many short panels: the cheaper mean wins
        stop = rough.cutoff(log_target)[0] + 1
    first = StripIntegrator(k, integer, t, law, digits, stop).run()
    total, absolute, relative = first.total, first.absolute, first.relative
    if not first.finished:
        scale = max(rough.log_part, log_float(total))
        log_target = scale - (digits + 2) * _LN10
        end, depth = rough.cutoff(log_target - 1)
        depth = depth if k < 1000 else 0.0  # a(V) is far from 0 or 1 only for a small k
        far = nats + max(log_float(k * (1 + square(law.tau))) - scale, log_float(k) + depth)
        smoothing = Smoothing(k, t, law, nats + depth, far)
        second = SmallNoise(k, integer, t, law, smoothing, log_target, digits)
        part, extra, share = second.run(first.end, max(end, first.end + 0.5))
        total, absolute, relative = total + part, absolute + extra, relative + share
    ceiling = (total + absolute) / (1 - relative)
    return total + symmetric(absolute + relative * ceiling)


def _parameter(value: Any, name: str) -> Any:
    """A Fraction (or math.inf for t), or the ball itself if it is no single number."""
    if isinstance(value, arb) and value.is_finite():
        if not value.is_exact():
            return value
        mantissa, exponent = value.man_exp()
        return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    if isinstance(value, arb):  # infinity, or a DomainError for nan
        value = float(value.mid())
    number = exact(value, name, infinite=name == "t")
    return number if number == math.inf else Fraction(number)


def _check_box(k: Any, t: Any, tau: Any, rho: Any) -> None:
    if not (k >= 1 and k <= 10**16):
        raise DomainError(f"k must lie in [1, 1e16]; got {_show(k)}")
    if not (t == 0 or t == math.inf or _within(t)):
        raise DomainError(f"t must be 0, lie in [1e-6, 1e6] or be inf; got {_show(t)}")
    for name, value in (("tau", tau), ("rho", rho)):
        if not abs(value) <= 40:
            raise DomainError(f"{name} must lie in [-40, 40]; got {_show(value)}")


def _within(t: Any) -> bool:
    """Whether t certainly lies in [1e-6, 1e6]; the double 1e-6, a little below the decimal, does."""
    if isinstance(t, arb):
        return bool(t >= arb(1e-6)) and bool(t <= 10**6)
    return Fraction(1e-6) <= t <= 10**6


def _show(value: Any) -> str:
    if isinstance(value, arb):
        return f"the ball {value}"
    try:
        return f"{float(value):.17g}"
    except OverflowError:
        return "a number beyond 1e308" if value > 0 else "a number below -1e308"


def _ball(value: Parameter) -> arb:
    if isinstance(value, arb):
        return value
    return arb(fmpq(value.numerator, value.denominator))


def _argument(value: Any, name: str) -> Any:
    """A ball or complex ball as it is; any other number exactly."""
    if isinstance(value, (arb, acb)):
        return value
    if isinstance(value, complex):
        return acb(value)
    return _ball(Fraction(exact(value, name)))
