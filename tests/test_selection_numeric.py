"""The NumPy evaluator of F_k: references, identities, broadcasting, errors, and its paths against each other."""

from __future__ import annotations

import functools
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf

from infscale_sym.errors import DomainError
from infscale_sym.theory.selection.values import _gumbel, _kernel, _tables, numeric, survival
from infscale_sym.theory.selection.values.chosen import chosen_answer_density, chosen_answer_mean, chosen_answer_variance
from infscale_sym.theory.selection.values.numeric import chosen_moments, selection_error_numpy

REFERENCES = json.loads((Path(__file__).parent / "data" / "reference_selection_error.json").read_text())
TEMPERATURES = [0.0, 1e-6, 1e-4, 0.01, 0.3, 1.0, 7.0, 300.0, 1e6]


def relative(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.max(np.abs(np.asarray(got) / wanted - 1)))


def test_references_one_by_one_and_at_once() -> None:
    columns = {name: np.array([point[name] for point in REFERENCES], float) for name in ("k", "t", "tau", "rho")}
    together = selection_error_numpy(**columns)
    failures = []
    for i, point in enumerate(REFERENCES):
        alone = selection_error_numpy(point["k"], point["t"], point["tau"], point["rho"])
        for got in (alone, together[i]):
            with mp.workdps(30):
                difference = float(abs(mpf(float(got)) / mpf(point["value"]) - 1))
            if difference > 1e-13:
                failures.append(f"{point}: got {got!r}, relative difference {difference:.1e}")
    assert len(REFERENCES) == 60
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("largest", [8.0, 40.0])
def test_one_answer_by_the_same_path(largest: float) -> None:
    # At k = 1 nothing is chosen: x ~ N(rho, 1) whatever t. Just above 1 the general path is taken.
    rng = np.random.default_rng(1)
    t = np.concatenate((10 ** rng.uniform(-6, 6, 120), np.zeros(30)))
    rho = rng.uniform(0, largest, t.size)
    table = [_tables.node_table(np.array([a]), np.array([b]), 1.0, 1.0) for a, b in zip(t, rho, strict=True)]
    moments = [_gumbel.chosen(np.ones((1, 1)), *one) for one in table]
    center, spread = np.array(moments)[:, :, 0].T
    assert np.abs(spread - 1).max() < 3e-14
    assert np.abs(center - rho).max() < 3e-14
    tau = rng.uniform(-8, 8, t.size)
    assert relative(selection_error_numpy(1, t, tau, rho), 1 + tau * tau) < 1e-15


def test_infinite_temperature_and_many_answers() -> None:
    tau, rho = np.array([0.0, -3.0, 40.0]), np.array([1.0, 5.0, -40.0])
    assert np.array_equal(selection_error_numpy(1e9, np.inf, tau, rho), 1 + tau * tau)
    assert np.array_equal(selection_error_numpy([7.0], "inf", tau, rho), 1 + tau * tau)
    # k -> infinity at fixed t (`limit.infinite-k`): F = (tau - rho/(1+t))² + t/(1+t) + O(1/k)
    t = np.array([0.05, 1.0, 30.0])[:, None]
    limit = (tau[:2] - rho[:2] / (1 + t)) ** 2 + t / (1 + t)
    near = selection_error_numpy(1e16, t[1:], tau[:2], rho[:2])
    assert relative(near, limit[1:]) < 1e-8
    assert relative(selection_error_numpy(1e16, 1e6, 0.0, 0.5), np.asarray((0.5 / (1 + 1e6)) ** 2 + 1e6 / (1 + 1e6))) < 1e-14
    assert relative(selection_error_numpy(5.0, 1e6, 2.0, 1.0), np.asarray(5.0)) < 1e-5


@pytest.mark.parametrize("k", [1.5, 4.0, 100.0, 1e9])
def test_continuous_as_the_temperature_vanishes(k: float) -> None:
    # B and V are smooth in t where t k² << 1 or rho is far away: differences shrink in proportion to t.
    rho = np.array([0.7, 3.0, 8.0, 20.0])
    if k == 1e9:
        rho = rho[2:]
    frozen = np.array(chosen_moments(k, 0.0, rho))
    far, near = (np.array(chosen_moments(k, t, rho)) - frozen for t in (1e-5, 1e-6))
    assert np.all(np.abs(near) < 1e-3 * np.abs(frozen))
    assert np.all(np.abs(near) <= 0.3 * np.abs(far) + 1e-13)


def test_symmetry_and_signs() -> None:
    rng = np.random.default_rng(2)
    n = 80
    k, t = 10 ** rng.uniform(0, 9, n), rng.choice(TEMPERATURES, n)
    tau, rho = rng.uniform(-8, 8, (2, n))
    assert np.array_equal(selection_error_numpy(k, t, tau, rho), selection_error_numpy(k, t, -tau, -rho))
    center, spread = chosen_moments(k, t, rho)
    assert np.all(center * rho >= 0)
    assert np.all(np.abs(center) <= np.abs(rho))
    assert np.all((spread > 0) & (spread <= 1 + 1e-14))
    assert relative(selection_error_numpy(k, t, tau, rho), spread + (tau - rho + center) ** 2) < 1e-14


def test_nothing_cancels_where_the_mean_error_vanishes() -> None:
    # tau = rho - B: F = V (+ the square of tau's rounding), many orders below tau² at small t and large k
    k, t, rho = 1e6, np.array([0.0, 1e-6, 1e-3]), 2.0
    center, spread = chosen_moments(k, t, rho)
    assert relative(selection_error_numpy(k, t, rho - center, rho), spread) < 1e-8
    assert selection_error_numpy(1e16, 0.0, 1e-3, 1e-3) == pytest.approx(np.pi * np.exp(1e-6) / 1e32, rel=1e-14)


def test_broadcasting_like_a_ufunc() -> None:
    k, t = np.array([1.0, 2.5, 300.0, 1e6]), np.array([0.0, 0.5])
    tau, rho = np.array([0.1, -2.0, 1.0]), np.array([0.3, -1.0, 2.0])
    full = selection_error_numpy(k, t[:, None, None], tau[:, None], rho[:, None])
    assert full.shape == (2, 3, 4)
    single = [[[selection_error_numpy(c, a, b, d) for c in k] for b, d in zip(tau, rho, strict=True)] for a in t]
    assert isinstance(single[0][0][0], np.float64)
    assert relative(full, np.array(single)) < 1e-14
    k_first = selection_error_numpy(k[:, None, None], t[:, None], tau, rho)
    assert k_first.shape == (4, 2, 3)
    assert relative(k_first, np.moveaxis(full, -1, 0)) < 1e-14
    k_between = selection_error_numpy(k[:, None], t[:, None, None], tau, rho)
    assert k_between.shape == (2, 4, 3)
    assert relative(k_between, np.swapaxes(full, 1, 2)) < 1e-14
    per_point = selection_error_numpy(np.broadcast_to(k, (3, 4)).copy(), 0.5, tau[:, None], rho[:, None])
    assert relative(per_point, full[1]) < 1e-14
    assert selection_error_numpy(k, 0.5, 0.0, np.zeros((0, 1))).shape == (0, 4)
    assert selection_error_numpy(np.zeros(0) + 2, 0.5, 0.0, 1.0).shape == (0,)
    with pytest.raises(ValueError, match="shape"):
        selection_error_numpy(k, t, tau, rho)


def test_inputs_of_every_kind_are_the_number_they_name() -> None:
    wanted = selection_error_numpy(3.0, 0.5, 0.25, -1.0)
    assert selection_error_numpy(3, Fraction(1, 2), Decimal("0.25"), "-1") == wanted
    assert selection_error_numpy(mpf(3), "0.5", [0.25], [-1])[0] == wanted


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.5, 1, 0, 0), r"k must lie in \[1, 1e\+16\]; got 0.5"),
        ((2e16, 1, 0, 0), "k must lie in"),
        ((2, -1, 0, 0), r"t must lie in \[1e-06, 1e\+06\] or 0 or inf; got -1"),
        ((2, 1e-7, 0, 0), "t must lie in"),
        ((2, 1e7, 0, 0), "t must lie in"),
        ((2, 1, 41, 0), r"tau must lie in \[-40, 40\]; got 41"),
        ((2, 1, 0, [-40.5, 0]), "rho must lie in"),
        ((np.nan, 1, 0, 0), "k must be"),
        ((np.inf, 1, 0, 0), "k must be"),
        ((2, 1, "x", 0), "tau must be"),
        ((2, 1, 0, True), "rho must be"),
    ],
)
def test_bad_input_names_the_range(arguments: tuple, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        selection_error_numpy(*arguments)


@pytest.mark.parametrize("t", TEMPERATURES)
def test_interpolation_agrees_with_single_tables(t: float) -> None:
    rng = np.random.default_rng(3)
    rho, tau = rng.uniform(-6, 6, 900), rng.uniform(-3, 3, 900)
    k = np.concatenate(([1.0, 1.01, 1.3, 2.0, 3.7], np.geomspace(5, 1e9, 12)))
    some = slice(0, 900, 45)
    many = selection_error_numpy(k, t, tau[:, None], rho[:, None])
    one_by_one = np.array([selection_error_numpy(k, t, a, b) for a, b in zip(tau[some], rho[some], strict=True)])
    assert relative(many[some], one_by_one) < 5e-14


@pytest.mark.parametrize("t", [0.0, 1e-3, 1.0])
def test_scattered_interpolation_agrees_with_single_tables(t: float) -> None:
    rng = np.random.default_rng(4)
    rho, tau, k = rng.uniform(-4, 4, 1500), rng.uniform(-3, 3, 1500), 10 ** rng.uniform(0, 6, 1500)
    many = selection_error_numpy(k, t, tau, rho)
    some = slice(0, 1500, 60)
    alone = [selection_error_numpy(*point) for point in zip(k[some], [t] * 25, tau[some], rho[some], strict=True)]
    assert relative(many[some], np.array(alone)) < 5e-14


def test_interpolation_is_really_used(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = []

    def counted(t: np.ndarray, *rest: object) -> object:
        pairs.append(t.size)
        return _tables.node_table(t, *rest)  # pyright: ignore

    monkeypatch.setattr(numeric, "node_table", counted)
    rho = np.random.default_rng(5).uniform(-4, 4, 1000)
    for t in (0.0, 1e-3, 0.05, 1.0, 50.0):
        selection_error_numpy(np.geomspace(1, 1e6, 20), t, 0.0, rho[:, None])
        assert sum(pairs) < 250
        pairs.clear()


def test_one_pair_and_many_lie_on_the_same_nodes() -> None:
    rng = np.random.default_rng(8)
    t = np.concatenate((10 ** rng.uniform(-6, 6, 300), np.zeros(30)))
    rho, k = rng.uniform(0, 1, t.size) * rng.choice([0.1, 8.0, 40.0, 1e4], t.size), 10 ** rng.uniform(0, 16, t.size)
    meeting, low, high = _tables._range(_tables._Arrays, t, rho, k, k, 38.0)
    alone = [_tables._range(_tables._Scalars, *map(float, point), 38.0) for point in zip(t, rho, k, k, strict=True)]
    for i, many in enumerate((meeting, low, high)):
        assert np.abs(many - np.array(alone)[:, i]).max() < 0.05


@pytest.mark.parametrize("t", [0.0, 1e-3, 0.05, 1.0, 50.0])
def test_the_coarse_mesh_keeps_its_promise(t: float) -> None:
    rng = np.random.default_rng(9)
    k, rho = np.geomspace(1, 1e16, 60), rng.uniform(-1, 1, 20) * rng.choice([0.5, 8.0, 40.0], 20)
    tau, rho[0] = rng.uniform(-8, 8, 20), 0.0
    fine = numeric.error_table(k, t, tau, rho)
    assert relative(numeric.error_table(k, t, tau, rho, _tables.COARSE), fine) < 2e-11
    each = selection_error_numpy(k[:, None], t, tau, np.tile(rho, (k.size, 1)))  # by mean and variance of the choice
    assert relative(each.T, fine) < 1e-11


def test_values_are_converged_in_step_nodes_and_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    n = 150
    k, t = 10 ** (rng.random(n) * 16), np.where(rng.random(n) < 0.1, 0.0, 10 ** rng.uniform(-6, 4, n))
    rho = rng.uniform(0, 1, n) * rng.choice([3.0, 8.0, 40.0], n)
    center, spread = chosen_moments(k, t, rho)
    finer = _tables.Mesh(0.13, 44.0, 66)
    monkeypatch.setattr(_kernel, "_DEPTH", 45.0)
    monkeypatch.setattr(numeric, "node_table", functools.partial(_tables.node_table, mesh=finer))
    monkeypatch.setattr(numeric, "chosen", functools.partial(_gumbel.chosen, mesh=finer))
    finer_center, finer_spread = chosen_moments(k, t, rho)
    small = (k <= 1e9) & (rho <= 8)
    for own, limit in ((small, 5e-14), (~small, 1e-12)):
        assert relative(spread[own], finer_spread[own]) < limit
        assert np.max(np.abs(center - finer_center)[own] / np.sqrt(spread[own])) < limit


def test_survival_keeps_every_digit() -> None:
    with mp.workdps(450):
        for r, rho in ((1e-200, 3.0), (1e-9, 0.0), (0.4, 1.2), (2.0, -2.5), (3.0, 2.0), (8.0, 0.0), (30.0, 40.0)):
            low, high = (mp.erfc((mpf(r) + sign * mpf(rho)) / mp.sqrt(2)) / 2 for sign in (-1, 1))
            s, p = low + high, 1 - low - high
            condition = 4e-16 * (2 + (r - abs(rho)) ** 2)
            assert abs(survival.survival(r, rho) / s - 1) < condition
            assert abs(survival.central_probability(r, rho) / p - 1) < condition
            assert abs(survival.log_survival(r, rho) / mp.log(s) - 1) < condition
        underflowing = mp.log(mp.erfc(60 / mp.sqrt(2)))
        assert abs(survival.log_survival(60.0, 0.0) / underflowing - 1) < 1e-15
    assert np.array_equal(survival.survival([-1.0, 0.0, np.inf], 2.0), [1.0, 1.0, 0.0])
    assert np.array_equal(survival.log_survival([-1.0, 0.0, np.inf], 2.0), [0.0, 0.0, -np.inf])
    assert survival.central_probability(np.zeros((2, 1)), [1.0, 2.0, 3.0]).shape == (2, 3)


@pytest.mark.parametrize("rho", [-2.0, 0.0, 1.3, 5.0])
@pytest.mark.parametrize("k", [1.0, 2.5, 40.0, 3000.0])
def test_law_of_the_chosen_answer(k: float, rho: float) -> None:
    # Trapezoidal sums on both sides of the kink at z = -rho, in z = -rho ± sinh-like steps that resolve 1/k.
    u = np.linspace(-12, 3, 3001)
    r = np.exp(u)
    z = np.concatenate((-rho - r, -rho + r))
    weight = np.tile(r * (u[1] - u[0]), 2) * chosen_answer_density(z, k, rho)
    mean = weight @ z
    # what lies within exp(-12) of the kink is left out of the sum: about 2 k phi(rho) exp(-12)
    missing = 2 * k * np.exp(-12) * 0.4
    assert weight.sum() == pytest.approx(1, abs=missing + 1e-12)
    if k < 100:
        assert float(chosen_answer_mean(k, rho)) == pytest.approx(mean, abs=6 * missing)
        assert float(chosen_answer_variance(k, rho)) == pytest.approx(weight @ (z - mean) ** 2, abs=30 * missing)
    assert chosen_answer_variance(k, rho) > 0
