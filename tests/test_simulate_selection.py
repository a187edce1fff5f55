"""The selection simulator against plain Python on the same draws, against limits, and against itself."""

from __future__ import annotations

import math
import signal
import threading
import time
import tracemalloc

import numpy as np
import pytest

from infscale_sym.errors import DomainError
from infscale_sym.sampling import streams as _streams
from infscale_sym.simulate import chosen_answers, selection
from infscale_sym.theory.selection.draws import choice as _choice

TRIALS = 1000


def draws(seed: int, k: int, trials: int) -> np.ndarray:
    """The answers that `selection` draws, (k, trials): one generator a block, rows of answers in order."""
    size = _streams.block_size(k)
    parts = [
        _streams.generator(seed, _streams.TRIALS, i).standard_normal((k, min(size, trials - i * size)))
        for i in range(-(-trials // size))
    ]
    return np.concatenate(parts, axis=1)


def by_hand(z: list[float], t: float, tau: float, rho: float) -> float:
    """One trial straight from the definition, in plain Python."""
    if t == 0:
        return (min(z, key=lambda value: abs(value + rho)) + tau) ** 2
    scores = [0.0 if t == math.inf else -((value + rho) ** 2) / (2 * t) for value in z]
    weights = [math.exp(score - max(scores)) for score in scores]
    return sum(w * (value + tau) ** 2 for w, value in zip(weights, z, strict=True)) / sum(weights)


@pytest.mark.parametrize("t", [0, 1e-300, 1e-6, 1e-3, 0.02, 0.3, 1.0, 50.0, 1e6, math.inf])
@pytest.mark.parametrize(("tau", "rho"), [(0.0, 0.0), (0.7, -1.9), (-3.0, 4.5)])
def test_equals_the_definition_on_the_same_draws(t: float, tau: float, rho: float) -> None:
    ks = [1, 2, 3, 7, 40]
    z = draws(11, 40, TRIALS)
    values = np.array([[by_hand(column[:k], t, tau, rho) for column in z.T.tolist()] for k in ks])
    got = selection(ks, t, tau, rho, trials=TRIALS, seed=11)
    np.testing.assert_allclose(got.mean, values.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(got.standard_error, values.std(axis=1, ddof=1) / math.sqrt(TRIALS), rtol=1e-10)


def test_several_blocks_and_slabs_are_merged_like_one_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_streams, "block_size", lambda answers: 128)
    monkeypatch.setattr(_choice, "SLAB", 640)  # five answers a slab
    ks = [3, 5, 6, 17, 23]
    z = draws(5, 23, 1000)
    for t in (0, 1e-5, 0.4):
        values = np.array([[by_hand(column[:k], t, 0.4, 1.1) for column in z.T.tolist()] for k in ks])
        got = selection(ks, t, 0.4, 1.1, trials=1000, seed=5, workers=3)
        np.testing.assert_allclose(got.mean, values.mean(axis=1), rtol=1e-12)
        np.testing.assert_allclose(got.standard_error, values.std(axis=1, ddof=1) / math.sqrt(1000), rtol=1e-10)


def test_one_answer_does_not_feel_the_judge() -> None:
    for t, tau, rho in [(0, 0.5, 3.0), (1e-6, -2.0, 1.0), (2.0, 8.0, -8.0)]:
        got = selection(1, t, tau, rho, trials=50_000, seed=3)
        assert abs(got.mean[0] - (1 + tau**2)) < 4.5 * got.standard_error[0]


def test_the_curve_is_prefix_coupled() -> None:
    whole = selection(range(1, 51), 0.2, 0.3, 1.0, trials=5000, seed=8)
    some = selection([50, 7, 7, 1], 0.2, 0.3, 1.0, trials=5000, seed=8)
    assert some.k.tolist() == [50, 7, 7, 1]
    np.testing.assert_allclose(some.mean, whole.mean[[49, 6, 6, 0]], rtol=1e-13)
    # Best-of-k with the teacher as judge can only improve on a trial as answers are added.
    coupled = selection(range(1, 51), 0, 0.3, 0.3, trials=100, seed=8)
    assert (np.diff(coupled.mean) <= 0).all()


def test_small_temperatures_approach_the_hard_choice_without_underflow() -> None:
    hard, soft = (selection([1, 10, 300], t, 0.5, -2.0, trials=4000, seed=2) for t in (0, 1e-13))
    np.testing.assert_allclose(soft.mean, hard.mean, rtol=1e-3)
    coldest = selection([1, 10, 300], 1e-310, 0.5, -2.0, trials=4000, seed=2)  # 1/(2t) overflows
    assert (coldest.mean == hard.mean).all()
    cold = selection([1, 10, 300], 1e-6, 40.0, 39.0, trials=4000, seed=2)
    assert np.isfinite(cold.mean).all()
    assert (cold.standard_error > 0).all()


def test_ends_of_the_temperature_scale() -> None:
    z = draws(4, 20, 2000)
    hot = selection([20], math.inf, 0.5, 3.0, trials=2000, seed=4)
    np.testing.assert_allclose(hot.mean[0], ((z + 0.5) ** 2).mean(), rtol=1e-13)
    answers = chosen_answers(20, 3.0, trials=2000, seed=4)
    np.testing.assert_allclose(answers, z[np.abs(z + 3.0).argmin(axis=0), np.arange(2000)], atol=1e-15)
    best = selection([20], 0, 0.5, 3.0, trials=2000, seed=4)
    np.testing.assert_allclose(best.mean[0], ((answers + 0.5) ** 2).mean(), rtol=1e-12)


@pytest.mark.parametrize("t", [0, 1e-6, 3.0])
def test_a_seed_fixes_every_bit(t: float) -> None:
    trials = 3 * _streams.block_size(40) + 17
    runs = [
        selection([1, 9, 40], t, 0.3, 1.0, trials=trials, seed=7, workers=workers, chunk=chunk)
        for workers, chunk in [(1, None), (1, 1), (2, None), (2, 10**9), (5, 20_000)]
    ]
    for run in runs[1:]:
        assert (run.mean == runs[0].mean).all()
        assert (run.standard_error == runs[0].standard_error).all()
    other = selection([1, 9, 40], t, 0.3, 1.0, trials=trials, seed=8)
    assert (other.mean != runs[0].mean).all()
    first, second = (chosen_answers(9, 1.0, trials=70_000, seed=7, workers=w, chunk=c) for w, c in [(1, 1), (3, None)])
    assert (first == second).all()


def test_standard_errors_are_calibrated() -> None:
    runs = [selection([1, 2, 10], 0.3, 0.5, 1.5, trials=400, seed=seed, workers=1) for seed in range(300)]
    means, errors = (np.array([getattr(run, name) for run in runs]) for name in ("mean", "standard_error"))
    # Truth at k = 1 is known; elsewhere it is taken from the runs themselves, which costs one degree of freedom.
    truth = np.concatenate([[1 + 0.5**2], means.mean(axis=0)[1:]])
    spread = (((means - truth) / errors) ** 2).mean(axis=0)
    assert ((spread > 0.7) & (spread < 1.35)).all(), spread  # ± 4 standard deviations of a chi-square of 300


def test_memory_does_not_grow_with_the_work() -> None:
    tracemalloc.start()
    try:
        selection([1, 100, 10_000], 0.5, 0.3, 1.0, trials=5000, seed=1, workers=2)
        selection([1, 2], 0.5, 0.3, 1.0, trials=2_000_000, seed=1, workers=2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30e6


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a POSIX timer")
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_the_run_at_once(workers: int) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    threads = threading.active_count()
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    begin = time.perf_counter()
    try:
        with pytest.raises(KeyboardInterrupt):
            selection([10**9], 0.5, 0.3, 1.0, trials=10**6, seed=1, workers=workers)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.perf_counter() - begin < 5
    assert threading.active_count() == threads


def test_progress_goes_to_stderr_and_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    selection([5], 0.5, 0.3, 1.0, trials=10_000, seed=1)
    assert capsys.readouterr() == ("", "")
    shown = selection([5], 0.5, 0.3, 1.0, trials=10_000, seed=1, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "trial" in err
    assert shown.trials == 10_000


GOOD = {"k": [1, 2], "t": 0.5, "tau": 0.3, "rho": 1.0, "trials": 100, "seed": 1}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"k": 0}, "k must be an integer from 1"),
        ({"k": [1, 2.5]}, "got 2.5"),
        ({"k": []}, "at least one"),
        ({"k": True}, "k must be"),
        ({"k": "many"}, "k must be"),
        ({"k": None}, "k must be"),
        ({"t": -1e-9}, "t must be one number from 0 to infinity"),
        ({"t": math.nan}, "t must be"),
        ({"t": [0.5, 1.0]}, "t must be one number"),
        ({"tau": math.nan}, "tau must be"),
        ({"tau": math.inf}, "tau must be"),
        ({"tau": 1e200}, r"tau must lie in \[-1e\+06, 1e\+06\]; got 1e\+200"),
        ({"rho": "x"}, "rho must be"),
        ({"rho": 1j}, "rho must be"),
        ({"trials": 1}, "trials must be an integer from 2"),
        ({"trials": 10.5}, "trials must be"),
        ({"seed": -1}, "seed must be an integer >= 0"),
        ({"seed": None}, "seed must be"),
        ({"workers": 0}, "workers must be"),
        ({"chunk": 0}, "chunk must be"),
    ],
)
def test_bad_input_is_named_in_one_line(changed: dict, words: str) -> None:
    with pytest.raises(DomainError, match=words) as caught:
        selection(**{**GOOD, **changed})
    assert "\n" not in str(caught.value)


def test_numbers_may_be_written_in_other_ways() -> None:
    one = selection("10", "0.5", "0.25", 1, trials=100, seed=1)
    two = selection([10.0], 0.5, np.float64(0.25), np.array(1.0), trials=np.int64(100), seed=1)
    assert (one.mean == two.mean).all()
