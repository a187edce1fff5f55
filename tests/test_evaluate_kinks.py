"""Numbers from a definition whose integrand has a kink or a jump inside its range: |x|, a minimum, a piecewise function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate import definition
from infscale_sym.evaluate.definition import integral

INF = mpmath.inf
# Integrand, range, exact value; the kinks at places that no halving of the range meets.
CASES: dict[str, tuple[Callable[[Any], Any], tuple[Any, Any], Callable[[], Any]]] = {
    "a cusp on top": (
        lambda x: mpmath.exp(-abs(x)),
        (-0.5, 1.25),
        lambda: 2 - mpmath.exp(-mpmath.mpf(0.5)) - mpmath.exp(-mpmath.mpf(1.25)),
    ),
    "a kink on a slope": (
        lambda x: mpmath.exp(-x - abs(x - mpmath.mpf(7) / 10)),
        (0, INF),
        lambda: mpmath.exp(-mpmath.mpf(7) / 10) * (mpmath.mpf(7) / 10 + mpmath.mpf(1) / 2),
    ),
    "a jump": (lambda x: mpmath.exp(-x) * (2 if x < mpmath.pi else 1), (0, INF), lambda: 2 - mpmath.exp(-mpmath.pi)),
}


@pytest.mark.parametrize("digits", [20, 45])
@pytest.mark.parametrize("name", CASES)
def test_a_kink_inside_the_range_costs_time_and_no_digits(name: str, digits: int):
    integrand, limits, exact = CASES[name]
    with mpmath.workdps(digits + 25):
        assert abs(integral(integrand, limits) / exact() - 1) < mpmath.mpf(10) ** -digits


def test_digits_that_the_integrand_loses_are_made_up_for():
    big = mpmath.mpf("1e60") + mpmath.mpf("0.5")
    with mpmath.workdps(60):  # (1 - x)^k at x near 1/k: 60 of 60 digits are lost
        value = integral(lambda x: (1 - x) ** big, (0, 1))
    with mpmath.workdps(140):
        assert abs(value * (big + 1) - 1) < mpmath.mpf(10) ** -35


def test_an_integral_that_diverges_is_refused():
    with mpmath.workdps(45), pytest.raises(ValidationError, match="largest at infinity: the integral diverges"):
        integral(lambda x: mpmath.exp(x), (0, INF))


def test_noise_is_refused_soon():
    asked = []

    def noisy(x: Any) -> Any:
        asked.append(x)
        return mpmath.exp(-x) * (1 + mpmath.mpf(hash(x) % 1000) * mpmath.mpf(10) ** -20)

    with mpmath.workdps(50), pytest.raises(ValidationError, match="did not settle near"):
        integral(noisy, (0, INF))
    assert len(asked) < 120_000


def test_what_does_not_settle_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(definition, "_MOST_PANELS", 60)
    with mpmath.workdps(45), pytest.raises(ValidationError, match=r"did not settle near \S+ \.\.\. \S+: give"):
        definition._adaptively(lambda x: mpmath.sign(mpmath.sin(1 / (x - mpmath.mpf(1) / 3))), [(0, 1)], 22, 20)


def test_a_maximum_at_a_far_end_of_the_range_is_cheap():
    asked = []

    def falling(x: Any) -> Any:
        asked.append(x)
        return mpmath.exp(-x)

    with mpmath.workdps(45):
        assert abs(integral(falling, (mpmath.mpf("1e8"), INF)) / mpmath.exp(mpmath.mpf("-1e8")) - 1) < 1e-20
    assert len(asked) < 3000
