"""The end-to-end simulator against textbook formulas on the same draws, and against exact facts about the model."""

from __future__ import annotations

import math
import threading
import tracemalloc
from dataclasses import fields

import mpmath
import numpy as np
import pytest

from infscale_sym.errors import DomainError
from infscale_sym.sampling import streams as _streams
from infscale_sym.simulate import RegressionResult, regression
from infscale_sym.theory.regression.draws import student as _student

RUN = {"k": [1, 5], "T": 0.3, "prompts": 50, "training_sets": 4, "seed": 9}


def numbers(result: RegressionResult) -> np.ndarray:
    """Every estimate and standard error of a result in one vector."""
    estimates = [value for f in fields(result) if isinstance(value := getattr(result, f.name), _streams.Estimate)]
    return np.concatenate([np.ravel([e.mean, e.standard_error]) for e in estimates])


def textbook(n, d, sigma, gamma, root, w_t, w_r, c, ks, T, prompts, sets, seed) -> dict[str, np.ndarray]:
    """The whole model in its own units, from the same draws, with dense inverses; one value per training set."""
    out: dict[str, list] = {"delta": [], "selection_error": [], "variance": [], "offset_product": []}
    for index in range(sets):
        rng = _streams.generator(seed, _streams.TRAINING, index)
        phi = rng.standard_normal((n, d)) @ root.T / math.sqrt(d)
        y = phi @ w_t + sigma * rng.standard_normal(n)
        precision = np.eye(d) / gamma**2 + phi.T @ phi / sigma**2
        posterior_mean = np.linalg.solve(precision, phi.T @ y / sigma**2)
        rng = _streams.generator(seed, _streams.PROMPTS, index, 0)
        new = rng.standard_normal((prompts, d)) @ root.T / math.sqrt(d)
        answers = rng.standard_normal((max(ks), prompts))
        m = new @ posterior_mean
        square = sigma**2 + np.einsum("ij,ij->i", new, np.linalg.solve(precision, new.T).T)
        y_t = new @ w_t
        y_r = y_t - c * (m - y_t) if w_r is None else new @ w_r
        answers = m + np.sqrt(square) * answers
        curve = []
        for k in ks:
            reward = -((answers[:k] - y_r) ** 2)
            if T == 0:
                p = (reward == reward.max(axis=0)).astype(float)
            else:
                p = np.exp((reward - reward.max(axis=0)) / T)
                p /= p.sum(axis=0)
            curve.append((p * (answers[:k] - y_t) ** 2).sum(axis=0))
        out["delta"].append(np.mean(curve, axis=1))
        out["selection_error"].append(np.mean(curve / square, axis=1))
        out["variance"].append(square.mean())
        out["offset_product"].append(np.mean((m - y_t) * (m - y_r)))
    return {name: np.array(values) for name, values in out.items()}


@pytest.mark.parametrize("n", [3, 8, 9, 60])
@pytest.mark.parametrize("T", [0, 0.05, 2.0])
@pytest.mark.parametrize("judge", [0.7, "weights"])
def test_equals_the_textbook_on_the_same_draws(n: int, T: float, judge: float | str) -> None:
    d, sigma, gamma, ks, prompts, sets = 8, 0.4, 1.3, [1, 2, 6], 40, 5
    rng = np.random.default_rng(1)
    half = rng.standard_normal((d, d))
    covariance = half @ half.T + np.eye(d)
    w_t, w_r = rng.standard_normal((2, d))
    got = regression(
        n, d, sigma, gamma, k=ks, T=T, prompts=prompts, training_sets=sets, seed=6, Sigma=covariance,
        teacher=w_t, judge=w_r if judge == "weights" else judge,
    )  # fmt: skip
    root = np.linalg.cholesky(covariance)
    weights = w_r if judge == "weights" else None
    want = textbook(n, d, sigma, gamma, root, w_t, weights, judge, ks, T, prompts, sets, 6)
    for name, values in want.items():
        np.testing.assert_allclose(getattr(got, name).mean, values.mean(axis=0), rtol=1e-9)
        error = values.std(axis=0, ddof=1) / math.sqrt(sets)
        np.testing.assert_allclose(getattr(got, name).standard_error, error, rtol=1e-7)


@pytest.mark.parametrize("n", [2, 4, 50])
@pytest.mark.parametrize("ratio", [1e-3, 1.0, 1e4, 1e7])
def test_the_posterior_against_forty_digits(n: int, ratio: float) -> None:
    d = 4
    rng = np.random.default_rng(n)
    features, noise, teacher = ratio * rng.standard_normal((n, d)), rng.standard_normal(n), rng.standard_normal(d)
    prompts = rng.standard_normal((3, d))
    student = _student.fit(iter([(features, noise)]), teacher, n, threading.Event())
    with mpmath.workdps(40):
        g = mpmath.matrix(features.tolist())
        precision = mpmath.eye(d) + g.T * g
        pull = g.T * mpmath.matrix(noise.tolist()) - mpmath.matrix(teacher.tolist())
        offset = mpmath.lu_solve(precision, pull)
        inverse = precision**-1
        rows = [mpmath.matrix([row.tolist()]) for row in prompts]
        variance = [float((row * inverse * row.T)[0]) for row in rows]
    # The forward error of a stable method: the condition of the triangular factor, in units of the last digit.
    allowed = 2e-15 * max(ratio, 1.0) * 30
    want = np.array([float(value) for value in offset])
    np.testing.assert_allclose(student.offset, want, atol=allowed * np.abs(want).max(), rtol=0)
    np.testing.assert_allclose(student.variance(prompts), variance, rtol=allowed)


def test_batches_of_training_data_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    features, noise, teacher = rng.standard_normal((100, 6)), rng.standard_normal(100), rng.standard_normal(6)
    whole = _student.fit(iter([(features, noise)]), teacher, 100, threading.Event())
    parts = _student.fit(iter(zip(features.reshape(10, 10, 6), noise.reshape(10, 10), strict=True)), teacher, 100,
                         threading.Event())  # fmt: skip
    np.testing.assert_allclose(parts.offset, whole.offset, rtol=1e-12)
    np.testing.assert_allclose(parts.variance(features), whole.variance(features), rtol=1e-12)
    monkeypatch.setattr(_student, "BATCH", 60)
    sizes = [len(eps) for _, eps in _student.training_rows(rng, 25, 6, np.array(1.0), 1.0)]
    assert sizes == [10, 10, 5]


def test_a_matrix_and_its_eigenvalues_are_the_same_covariance() -> None:
    eigenvalues = np.array([0.5, 1.0, 4.0])
    runs = [regression(n, 3, 0.3, 1.0, Sigma=Sigma, **RUN) for n in (2, 20) for Sigma in (eigenvalues, np.diag(eigenvalues))]
    np.testing.assert_allclose(numbers(runs[1]), numbers(runs[0]), rtol=1e-9)
    np.testing.assert_allclose(numbers(runs[3]), numbers(runs[2]), rtol=1e-9)
    isotropic = [regression(20, 3, 0.3, 1.0, Sigma=Sigma, **RUN) for Sigma in (2.0, [2.0, 2.0, 2.0])]
    assert (numbers(isotropic[0]) == numbers(isotropic[1])).all()


def test_the_judge_of_the_papers_code() -> None:
    got = regression(30, 5, 0.2, 1.0, judge=2.5, teacher=("normal", 2.0), **RUN)
    np.testing.assert_allclose(got.offset_product.mean, 3.5 * got.teacher_offset_square.mean, rtol=1e-12)
    np.testing.assert_allclose(got.judge_offset_square.mean, 3.5**2 * got.teacher_offset_square.mean, rtol=1e-12)
    # A judge whose weights are the teacher's is the judge c = 0.
    same = regression(30, 5, 0.2, 1.0, judge=got.teacher, teacher=got.teacher, **RUN)
    zero = regression(30, 5, 0.2, 1.0, judge=0, teacher=("normal", 2.0), **RUN)
    np.testing.assert_allclose(numbers(same), numbers(zero), rtol=1e-12)


def test_teachers_fixed_and_redrawn() -> None:
    fixed = regression(5, 3, 0.3, 1.0, teacher=("normal", 2.0), **RUN)
    again = regression(5, 3, 0.3, 1.0, teacher=fixed.teacher, **RUN)
    np.testing.assert_allclose(numbers(again), numbers(fixed), rtol=1e-12)
    redrawn = regression(5, 3, 0.3, 1.0, teacher=("normal", 2.0), redraw_teacher=True, **RUN)
    assert fixed.teacher is not None
    assert fixed.teacher.shape == (3,)
    assert redrawn.teacher is None
    assert redrawn.variance == fixed.variance  # same data, same prompts
    assert redrawn.teacher_offset_square != fixed.teacher_offset_square


@pytest.mark.parametrize(("n", "d"), [(4, 9), (40, 9)])
def test_exact_facts_about_the_model(n: int, d: int) -> None:
    """With the teacher from the student's prior E Delta_T² = E s² - sigma²; and delta at k = 1 is E s² + E Delta_T²."""
    sigma, gamma = 0.3, 1.4
    got = regression(
        n, d, sigma, gamma, k=[1, 4], T=0.5, prompts=400, training_sets=1200, seed=12, redraw_teacher=True, judge=1.5
    )
    q, square = got.teacher_offset_square, got.variance
    assert abs(q.mean - (square.mean - sigma**2)) < 4.5 * math.hypot(q.standard_error, square.standard_error)
    assert q.standard_error < 0.05 * q.mean
    sum_error = q.standard_error + square.standard_error + got.delta.standard_error[0]
    assert abs(got.delta.mean[0] - (square.mean + q.mean)) < 4.5 * sum_error


def test_standard_errors_are_over_training_sets() -> None:
    """Few training sets with many prompts each: the spread between runs must be what the standard error says."""
    runs = [
        regression(6, 3, 0.3, 1.0, k=[1, 3], T=0.2, prompts=64, training_sets=40, seed=seed, redraw_teacher=True)
        for seed in range(120)
    ]
    means = np.array([run.selection_error.mean for run in runs])
    errors = np.array([run.selection_error.standard_error for run in runs])
    spread = (means.std(axis=0, ddof=1) / np.sqrt((errors**2).mean(axis=0))) ** 2
    assert ((spread > 0.55) & (spread < 1.6)).all(), spread


def test_a_seed_fixes_every_bit() -> None:
    half = np.random.default_rng(0).standard_normal((40, 80))
    for n in (30, 100):
        runs = [
            regression(n, 40, 0.3, 1.0, k=[1, 7], T=0.2, prompts=70_000, training_sets=2, seed=5, workers=workers,
                       chunk=chunk, Sigma=half @ half.T, judge=0.5)
            for workers, chunk in [(1, None), (2, None), (4, 1)]
        ]  # fmt: skip
        for run in runs[1:]:
            assert (numbers(run) == numbers(runs[0])).all()


def test_small_units_lose_nothing() -> None:
    """sigma = 1e-4, gamma = 1e-3 is the same problem as sigma = 1, gamma = 10 in other units."""
    small = regression(40, 5, 1e-4, 1e-3, k=[1, 30], T=20e-8, prompts=99, training_sets=3, seed=1, judge=5)
    large = regression(40, 5, 1.0, 10.0, k=[1, 30], T=20, prompts=99, training_sets=3, seed=1, judge=5)
    np.testing.assert_allclose(small.selection_error.mean, large.selection_error.mean, rtol=1e-9)
    np.testing.assert_allclose(small.delta.mean, 1e-8 * large.delta.mean, rtol=1e-9)


def test_ends_of_the_temperature_scale() -> None:
    cold, hard = (regression(40, 5, 0.1, 1.0, **{**RUN, "T": T}) for T in (1e-16, 0))
    np.testing.assert_allclose(cold.delta.mean, hard.delta.mean, rtol=1e-3)
    hot, infinite = (regression(40, 5, 0.1, 1.0, **{**RUN, "T": T}) for T in (1e9, math.inf))
    np.testing.assert_allclose(hot.delta.mean, infinite.delta.mean, rtol=1e-6)


def test_progress_counts_every_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    for workers in (2, 5):  # one training set a worker; all workers on one training set
        regression(9, 3, 0.3, 1.0, progress=True, workers=workers, **{**RUN, "prompts": 40_000})
        out, err = capsys.readouterr()
        assert out == ""
        assert "prompt" in err


def test_memory_does_not_grow_with_the_work() -> None:
    tracemalloc.start()
    try:
        common = {"sigma": 1e-4, "gamma": 1e-3, "T": 2e-7, "training_sets": 2, "seed": 1, "workers": 2}
        regression(100_000, 10, k=[1, 3], prompts=300_000, **common)
        regression(1000, 10, k=[1, 100, 10_000], prompts=3000, **common)
        regression(500, 300, k=[1, 3], prompts=3000, **common)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100e6


GOOD = {"n": 10, "d": 3, "sigma": 0.3, "gamma": 1.0, **RUN}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n": 0}, "n must be an integer from 1"),
        ({"d": 0}, "d must be"),
        ({"d": 2.5}, "d must be"),
        ({"sigma": 0}, "sigma must be > 0; got 0"),
        ({"sigma": -1}, "sigma must be > 0"),
        ({"gamma": math.nan}, "gamma must be"),
        ({"gamma": 1e20}, "must not exceed"),
        ({"k": [0, 1]}, "k must be"),
        ({"T": -1}, "T must be one number from 0 to infinity"),
        ({"T": 1e-323, "sigma": 30}, "T/sigma² must be a double"),
        ({"prompts": 0}, "prompts must be"),
        ({"training_sets": 1}, "training_sets must be an integer from 2"),
        ({"seed": 1.5}, "seed must be"),
        ({"Sigma": 0}, "Sigma must be positive definite"),
        ({"Sigma": [1.0, 2.0]}, r"Sigma must be a number or have shape \(3,\) or \(3, 3\); got shape \(2,\)"),
        ({"Sigma": [1.0, 2.0, -1.0]}, "positive definite; got the eigenvalue -1"),
        ({"Sigma": np.ones((3, 3))}, "positive definite"),
        ({"Sigma": np.diag([1.0, -2.0, 1.0])}, "eigenvalue -2"),
        ({"Sigma": np.triu(np.ones((3, 3)))}, "symmetric"),
        ({"teacher": [1.0, 2.0]}, r"teacher must have shape \(3,\); got shape \(2,\)"),
        ({"teacher": ("uniform", 1.0)}, '"normal", width'),
        ({"teacher": ("normal", -1.0)}, "width of the teacher's law must be > 0"),
        ({"teacher": [1.0, 2.0, 3.0], "redraw_teacher": True}, "redraw_teacher needs a law"),
        ({"judge": [1.0]}, r"judge must have shape \(3,\)"),
        ({"judge": math.inf}, "judge must be"),
        ({"judge": "strict"}, "judge must be"),
        ({"judge": 1e300}, r"\(m - y_R\)/s must stay within 1e\+06"),
        ({"sigma": 1e-200}, "sigma must lie in"),
        ({"workers": -1}, "workers must be"),
        ({"chunk": "big"}, "chunk must be"),
    ],
)
def test_bad_input_is_named_in_one_line(changed: dict, words: str) -> None:
    with pytest.raises(DomainError, match=words) as caught:
        regression(**{**GOOD, **changed})
    assert "\n" not in str(caught.value)
