"""Numbers do not depend on the kernels that NumPy chooses by processor; and those that should be off are off."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infscale_sym import passk, regression_error, selection_error
from infscale_sym.theory.coverage.values.numeric import loss
from infscale_sym.theory.hard_task.values import hard_task_error
from infscale_sym.theory.many_answers.values import crossover_factor
from infscale_sym.theory.memorization.values import log_mean, sampling_rate
from infscale_sym.theory.optima.values.numeric import critical_temperature, optimal_judge, optimal_number, optimal_temperature
from infscale_sym.theory.regression.values.gaussian_pair import pair_average
from infscale_sym.theory.selection.values.survival import log_survival
from infscale_sym.theory.votes.values.majority import majority_vote
from infscale_sym.theory.votes.values.numeric import median_vote, weighted_mean_vote
from infscale_sym.theory.zero_temperature.values import cold_pairs
from tools import dispatch

ROOT = Path(__file__).resolve().parent.parent


def digits() -> dict[str, tuple[list[float], list[float]]]:
    """Float64 numbers and their stated errors, absolute, by function."""
    k, t = np.array([1.5, 30.0, 1e4, 1e9]), np.array([0, 1e-6, 0.01, 0.5, 30.0])[:, None]
    tau, rho = np.array([0.3, -2.0, 1.0])[:, None, None], np.array([0.3, 1.2, -3.0])[:, None, None]
    spread = np.random.default_rng(1).uniform(-3, 3, (2, 400))  # many prompts: interpolation
    heat = optimal_temperature([2, 1e3, 3, 5], [0.75, 0.375, 0.484375, -0.24], [1.25, -0.75, 1, 2])
    judges = np.array([1.0, 4.0, 20.0])
    many = regression_error([1, 10, 100], 0, n=40, d=20, Sigma=1.0, sigma=1.0, gamma=0.5, teacher=0.5)
    found: dict[str, tuple[Any, Any]] = {
        "selection_error": (value := selection_error(k, t, tau, rho), 1e-13 * value),
        "selection_error, many": (value := selection_error(100, 0.5, *spread), 1e-13 * value),
        "log_survival": (value := log_survival([1e-3, 1.0, 5.0, 30.0], 1.2), 1e-14 * (1 + 900) * np.abs(value)),
        "optimal_number": (value := optimal_number([30.0, 5.0, 20.0], [-0.4, 0.4, -0.45], [1.2, -0.9, 1.0]), 1e-9 * value),
        "optimal_temperature": (heat, 1e-13 * (10 + np.abs(np.log(heat)) + heat) * heat),
        "optimal_judge": (optimal_judge([3, 6, 20], judges, [0.2, -0.5, 0.9]), 1e-9 * (1 + judges)),
        "critical_temperature": (value := critical_temperature(-0.25, [1.0, 1.5]), 1e-14 * value),
        "cold_pairs": (cold_pairs([2, 3.5, 40], 0.3, 1.2), np.full(3, 1e-14 * math.exp(1.44) * 1.36)),
        "crossover_factor": (value := crossover_factor([0.01, 1.0, 100.0]), 1e-13 * value),
        "pair_average": (value := pair_average([3.0, 1e3], 0.5, 0.4, 0.1, 0.3), 1e-10 * value),
        "regression_error": (many, 1e-10 * many),
        "weighted_mean_vote": (value := weighted_mean_vote([2, 50], 0.7, 0.3, -0.5), 1e-10 * value),
        "median_vote": (value := median_vote([3, 51], 0.4), 1e-12 * value),
        "majority_vote": (majority_vote([5, 41], 1.0, 0.3, 0.4), np.full(2, 1e-13 * 1.16)),
        "passk": (value := passk([1, 1e3, 1e6], 0.3, 0.4), 5e-15 * value),
        "coverage.loss": (value := loss([1, 1e3, 1e6], 2.0, 0.4), 2e-15 * (1 + np.abs(np.log(value))) * value),
        "log_mean": (value := log_mean(0.5, 0.7, [0.3, 0.9]), 1e-13 * np.abs(value)),
        "sampling_rate": (sampling_rate([0.25, 3.0], 0.98), np.full(2, 1e-10)),
        "hard_task_error": (value := hard_task_error([2.0, 30.0], 1.5), 1e-9 * value),
    }
    return {name: (np.ravel(x).tolist(), np.ravel(error).tolist()) for name, (x, error) in found.items()}


def test_float64_is_within_its_error_under_other_kernels() -> None:
    """In a process with the newer kernels off (or on, if they are off here)."""
    here = dispatch.active(os.environ)
    whole = dispatch.active({name: value for name, value in os.environ.items() if name != dispatch.VARIABLE})
    off = dispatch.newest(whole) if here == whole else ()
    if not whole:
        pytest.skip("NumPy has one set of kernels for this processor: nothing to compare")
    command = [sys.executable, __file__]
    environment = dispatch.without(off) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    groups, other = json.loads(done.stdout)
    assert tuple(groups) == tuple(name for name in whole if name not in off) != here
    mine = digits()
    assert list(other) == list(mine)
    for name, (values, errors) in mine.items():
        gap = np.abs(np.array(other[name][0]) - values)
        assert (gap <= 2 * np.array(errors)).all(), f"{name}: {gap} apart, stated error {errors}"


def test_what_should_be_off_is_off() -> None:
    whole = dispatch.active({name: value for name, value in os.environ.items() if name != dispatch.VARIABLE})
    assert set(whole) <= set(dispatch.known())
    for groups in (dispatch.newest(whole), whole):
        on = dispatch.active(dispatch.without(groups))
        assert not set(on) & set(groups)
    assert dispatch.newest(("one", "two", "three")) == ("two", "three")
    assert dispatch.newest(("one",)) == ("one",)
    assert dispatch.newest(()) == ()


def test_names_that_numpy_does_not_know_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="NumPy has no group AVX9000"):
        dispatch.without(["AVX9000"])
    with pytest.raises(RuntimeError, match="AVX9000"):
        dispatch.active(dict(os.environ) | {dispatch.VARIABLE: "AVX9000"})
    assert dispatch.main(["AVX9000", "--", sys.executable, "-c", "pass"]) == 2
    assert dispatch.main(["none", "--", sys.executable, "-c", "import sys; sys.exit(7)"]) == 7
    assert dispatch.main(["all"]) == 0
    assert "this processor has:" in capsys.readouterr().out


def test_kernels_of_notebooks_start_without_the_newer_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(dispatch.VARIABLE, raising=False)
    spec = importlib.util.spec_from_file_location("notebooks_conftest", ROOT / "notebooks" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    whole, before = dispatch.active(os.environ), dict(os.environ)
    hook = module.pytest_runtest_setup(None)
    next(hook)
    assert dispatch.active(os.environ) == tuple(name for name in whole if name not in dispatch.newest(whole))
    with pytest.raises(StopIteration):
        hook.send(None)
    assert dict(os.environ) == before
    monkeypatch.setenv(dispatch.VARIABLE, "")
    hook = module.pytest_runtest_setup(None)
    next(hook)
    assert os.environ[dispatch.VARIABLE] == ""


if __name__ == "__main__":
    print(json.dumps([dispatch.active(os.environ), digits()]))
