"""The selection error and best-of-k's pieces to any number of digits, in mpmath, validated by themselves.

`selection_error_mp` is F_k(t; tau, rho) = E[sum w_i (z_i+tau)² / sum w_i] for the sampler of HP
(arXiv:2512.19905) in the form k ∫ b a^{k-1} du, which is also its meaning for real k. Nothing here is shared with the
NumPy evaluator, with Arb or with a formula of the registry.

**Self-validation.** Every value is computed twice: at two working precisions and on two meshes that have no node in
common (other steps, other offsets, in the outer and in the inner integrals). Each run also integrates the law of the
chosen answer, whose total is 1 whatever the parameters. A value is returned only if both agree to the digits asked
for; otherwise meshes and precisions are refined, and in the end ValidationError is raised. That is strong evidence,
not a proof; a proof is what the Arb enclosures are for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import Exact, exact
from infscale_sym.theory.selection.values._highprec_noisy import noisy_selection
from infscale_sym.theory.selection.values._highprec_zero import both_densities, chosen_moments, log_of_survival, survival_pair

#: An mpmath.mpf (a class that is made at run time, so type checkers do not know it).
Mpf = Any

_ROUNDS = 4
# beyond these, doubles that place the nodes would overflow and nothing has been tried
_MOST = {"k": 10**100, "t": 10**100, "tau": 10**100, "rho": 1000, "r": 10**6, "z": 10**6}


def selection_error_mp(k: Any, t: Any, tau: Any, rho: Any, digits: int = 50) -> Mpf:
    """F_k(t; tau, rho), dimensionless (delta/s²), correct to `digits` significant digits.

    k >= 1 real, t in [0, ∞] (0: best-of-k; ∞: all answers alike), tau and rho real; scalars, each an int, float
    (the exact double), Fraction, Decimal, decimal string (exact), mpf or SymPy rational. Range: F > 0.
    Accepted: k <= 1e100, t in {0, ∞} or [1e-100, 1e100], |tau| <= 1e100, |rho| <= 1000; exercised most for k <= 1e60
    at t = 0 and for k <= 1e16, 1e-6 <= t <= 1e6, |tau|, |rho| <= 40 at t > 0.
    Cost at 50 digits: about a second at t = 0; at t > 0 one to ten seconds, more where |rho| and k are both large.

    Raises DomainError for an input outside these ranges, ValidationError if two computations do not agree.
    """
    number = _order(k)
    temperature = exact(t, "t", infinite=True)
    mean, judge = _finite(tau, "tau"), _finite(rho, "rho")
    if temperature < 0:
        raise DomainError(f"t must lie in [0, inf]; got {t}")
    _check_digits(digits)
    label = f"selection_error_mp(k={k}, t={t}, tau={tau}, rho={rho})"
    if temperature == math.inf:  # the answers are then weighted alike: E(z + tau)²
        with mp.workdps(digits + 5):
            return _mpf(1 + mean * mean)
    assert isinstance(temperature, Fraction)
    if temperature == 0:
        return _best_of_k_error(number, mean, judge, digits, label)
    if temperature > _MOST["t"] or temperature * _MOST["t"] < 1:
        raise DomainError(f"t must be 0, inf or lie in [1e-100, 1e100]; got {t}")
    span = _log10(number)

    def once(refine: float, second: bool, guard: int) -> tuple[Any, Any]:
        value, defect, _ = noisy_selection(
            _mpf(number),
            _mpf(temperature),
            _mpf(mean),
            _mpf(judge),
            digits + guard // 2,
            refine * (1.13 if second else 1.0),
            refine * (1.09 if second else 1.0),
            mpmath.mpf("0.37") if second else mpmath.mpf(0),
            centred=second,
        )
        return value, defect

    return _validated(once, digits, span, label)


def survival_mp(r: Any, rho: Any, digits: int = 50) -> Mpf:
    """S(r) = P(|x| > r) for x ~ N(rho, 1), correct to `digits` digits also where it is tiny; 1 for r <= 0.

    r and rho are real scalars (dimensionless) as in `selection_error_mp`. Range (0, 1].
    Raises DomainError for input that is no finite real number, ValidationError if two precisions disagree.
    """
    distance, judge = _finite(r, "r"), _finite(rho, "rho")
    _check_digits(digits)
    return _twice(lambda: survival_pair(_mpf(max(distance, 0)), _mpf(judge))[1], digits, f"survival_mp({r}, {rho})")


def log_survival_mp(r: Any, rho: Any, digits: int = 50) -> Mpf:
    """ln P(|x| > r) for x ~ N(rho, 1), correct to `digits` digits at both ends: r -> 0, where it is small, and r -> ∞.

    Arguments and errors as in `survival_mp`. Range (-∞, 0]; 0 for r <= 0.
    """
    distance, judge = _finite(r, "r"), _finite(rho, "rho")
    _check_digits(digits)
    if distance <= 0:
        return mpmath.mpf(0)
    # P(|x| <= r) is at least 2 r phi(|rho| + r): so many digits cancel in it at most
    lost = max(0, -_log10(distance)) + _square_digits(abs(judge) + min(distance, Fraction(1)))
    return _twice(
        lambda: log_of_survival(*survival_pair(_mpf(distance), _mpf(judge))),
        digits,
        f"log_survival_mp({r}, {rho})",
        extra=lost,
    )


def chosen_density_mp(z: Any, k: Any, rho: Any, digits: int = 50) -> Mpf:
    """Density at z of the answer that best-of-k (t = 0) picks: k phi(z) S(|z+rho|)^{k-1}, z in units of s from m.

    z, rho real, k >= 1 real; scalars as in `selection_error_mp`. Range [0, ∞). Errors as there.
    """
    place, number, judge = _finite(z, "z"), _order(k), _finite(rho, "rho")
    _check_digits(digits)

    def density() -> Any:
        distance, order = abs(_mpf(place + judge)), _mpf(number)
        power = mp.exp((order - 1) * log_of_survival(*survival_pair(distance, _mpf(judge))))
        return order * both_densities(_mpf(place), mpmath.mpf(0))[0] * power

    # the exponent (k-1) ln S needs as many digits more as it has before the point
    exponent = number * (1 + (abs(place + judge) + abs(judge)) ** 2)
    return _twice(density, digits, f"chosen_density_mp({z}, {k}, {rho})", extra=_log10(exponent))


def chosen_mean_mp(k: Any, rho: Any, digits: int = 50) -> Mpf:
    """Mean of the answer z that best-of-k (t = 0) picks (in units of s from m); 0 at k = 1 or rho = 0.

    k >= 1, rho real; scalars. Range: between 0 and -rho. Errors as in `selection_error_mp`.
    """
    number, judge = _order(k), _finite(rho, "rho")
    _check_digits(digits)
    if number == 1 or judge == 0:
        return mpmath.mpf(0)
    # phi(r-rho) - phi(r+rho) cancels for small rho r, and E x - rho does for k close to 1
    lost = 2 * max(0, -_log10(abs(judge))) + _log10(number) + max(0, -_log10(number - 1))

    def once(refine: float, second: bool, guard: int) -> tuple[Any, Any]:
        centre = _mpf(judge)
        (mean,), defect = chosen_moments(
            _mpf(number),
            centre,
            [(lambda x: x, lambda r: r)],
            digits + guard // 2 + lost,
            refine * (1.13 if second else 1.0),
            mpmath.mpf("0.37") if second else mpmath.mpf(0),
        )
        return mean - centre, defect

    return _validated(once, digits, _log10(number) + 2 * lost, f"chosen_mean_mp(k={k}, rho={rho})")


def chosen_variance_mp(k: Any, rho: Any, digits: int = 50) -> Mpf:
    """Variance of the answer z that best-of-k (t = 0) picks, in units of s²; 1 at k = 1.

    It is the least F_k(0; tau, rho) over tau, which is where tau is minus the mean; so it does not cancel.
    k >= 1, rho real; scalars. Range (0, ∞). Errors as in `selection_error_mp`.
    """
    number, judge = _order(k), _finite(rho, "rho")
    _check_digits(digits)
    centre = exact(chosen_mean_mp(k, rho, digits + 2), "mean")  # its error enters squared
    assert isinstance(centre, Fraction)
    return _best_of_k_error(number, -centre, judge, digits, f"chosen_variance_mp(k={k}, rho={rho})")


def _best_of_k_error(k: Fraction, tau: Fraction, rho: Fraction, digits: int, label: str) -> Mpf:
    shift = tau - rho

    def once(refine: float, second: bool, guard: int) -> tuple[Any, Any]:
        d = _mpf(shift)
        (value,), defect = chosen_moments(
            _mpf(k),
            _mpf(rho),
            [(lambda x: (x + d) ** 2, lambda r: (r + abs(d)) ** 2)],
            digits + guard // 2,
            refine * (1.13 if second else 1.0),
            mpmath.mpf("0.37") if second else mpmath.mpf(0),
        )
        return value, defect

    return _validated(once, digits, _log10(k), label)


def _validated(once: Callable[[float, bool, int], tuple[Any, Any]], digits: int, span: int, label: str) -> Mpf:
    """The value on which two meshes at two precisions agree; `span` digits are lost to large k."""
    refine, guard, gap, defect = 1.0, 6 + span // 10, None, None
    for _ in range(_ROUNDS):
        with mp.workdps(digits + span + guard + 8):
            first, first_defect = once(refine, False, guard)
        with mp.workdps(digits + span + guard + 17):
            second, second_defect = once(refine, True, guard)
            gap = abs(first - second) / abs(second) if second else abs(first)
            allowed = mpmath.mpf(10) ** -digits / 4
            defect = max(first_defect, second_defect)
            if gap <= allowed and defect <= allowed:
                break
        refine, guard = refine * 1.4, guard + 6
    else:
        raise ValidationError(
            f"{label}: not validated to {digits} digits: two meshes at two precisions agree to {mpmath.nstr(gap, 2)} "
            f"(relative) and the chosen answer's law sums to 1 within {mpmath.nstr(defect, 2)}; ask for fewer digits, "
            "or report the parameters"
        )
    with mp.workdps(digits + 5):
        return +second


def _twice(compute: Callable[[], Any], digits: int, label: str, extra: int = 0) -> Mpf:
    """A closed expression at two precisions, which must agree."""
    guard = 10 + extra
    for _ in range(_ROUNDS):
        with mp.workdps(digits + guard):
            first = compute()
        with mp.workdps(digits + guard + 12):  # if the guard is too small for the first, it is for this one, and they differ
            second = compute()
            if abs(first - second) * 4 <= abs(second) * mpmath.mpf(10) ** -digits:
                break
        guard *= 3
    else:
        raise ValidationError(f"{label}: two precisions do not agree to {digits} digits; ask for fewer digits")
    with mp.workdps(digits + 5):
        return +second


def _mpf(value: Exact) -> Any:
    """An exact rational at the present working precision."""
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / value.denominator


def _finite(value: Any, name: str) -> Fraction:
    number = exact(value, name)
    assert isinstance(number, Fraction)
    if abs(number) > _MOST[name]:
        raise DomainError(f"{name} must lie in [{-_MOST[name]:g}, {_MOST[name]:g}]; got {value}")
    return number


def _order(value: Any) -> Fraction:
    number = exact(value, "k")
    assert isinstance(number, Fraction)
    if not 1 <= number <= _MOST["k"]:
        raise DomainError(f"k must lie in [1, 1e100]; got {value}")
    return number


def _check_digits(digits: Any) -> None:
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 100_000:
        raise DomainError(f"digits must be an integer in [1, 100000]; got {digits!r}")


def _log10(value: Fraction) -> int:
    """ceil(log10 |value|) within one, for a non-zero rational of any size."""
    bits = abs(value.numerator).bit_length() - value.denominator.bit_length()
    return math.ceil(bits * math.log10(2)) + (1 if bits > 0 else 0)


def _square_digits(value: Fraction) -> int:
    """Decimal digits of e^{value²/2}, capped where a refinement would be hopeless anyway."""
    return math.ceil(min(float(min(value, 10**4)) ** 2 / 2 * math.log10(math.e), 10**6))
