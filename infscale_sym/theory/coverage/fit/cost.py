"""What coverage costs: the cheapest k for a target, and the cheapest split of attempts between models of different price.

An attempt of model j costs tokens_j x price_j; k_j attempts of each model are made on every problem. How the models fail on
the *same* problem is not in their separate laws. Two couplings are solved:

    independent   p_1, p_2, ... independent over the problems:  failure = prod_j (1 - pass_j@k_j);
    comonotone    one order of difficulty for all, p_j the quantile of its law at a common u, uniform:
                  failure = int_0^1 prod_j p_j(u)^k_j du.

Comonotone is the worst case: products of increasing functions have their largest mean when all are driven by one u
(Lorentz's inequality). So at equal attempts every coupling of the same laws gives at least its pass@k, and a positive
dependence in between gives something in between. In real k both ln failures are convex (cumulant generating functions), so
the best split of a budget is found by refining a lattice around its lowest point, down to whole attempts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from infscale_sym.errors import DomainError, ValidationError
from infscale_sym.evaluate.inputs import exact
from infscale_sym.theory.coverage.values.numeric import attempts_needed, failk, passk, stopped_attempts

DEPENDENCES = ("independent", "comonotone")
MOST_MODELS = 4
MOST_ATTEMPTS = 10**12
_LATTICE = {1: 400, 2: 40, 3: 14}

Failure = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Model:
    """A model's law of coverage (a, b, ceiling dimensionless) and what an attempt costs: tokens, price a token in any money."""

    a: float
    b: float
    ceiling: float = 1.0
    tokens: float = 1.0
    price: float = 1.0
    name: str = "model"

    def __post_init__(self) -> None:
        for key, low, high in (("a", 1e-3, 1e5), ("b", 1e-3, 1e5), ("ceiling", 0, 1), ("tokens", 0, 1e12), ("price", 0, 1e30)):
            value = float(exact(getattr(self, key), key))
            if not (low <= value if low else low < value) or value > high:
                raise DomainError(f"{key} of {self.name} must lie in {'[' if low else '('}{low:g}, {high:g}]; got {value:g}")
            object.__setattr__(self, key, value)

    @property
    def unit(self) -> float:
        """Cost of one attempt."""
        return self.tokens * self.price


@dataclass(frozen=True)
class Purchase:
    """The fewest attempts of one model that reach a target."""

    k: int
    passk: float
    cost: float
    """All k attempts on every problem, per problem."""
    cost_if_stopped: float
    """Expected cost per problem where a check ends the attempts at the first success."""


@dataclass(frozen=True)
class Split:
    """Attempts of each model on every problem, in the order the models were given."""

    attempts: tuple[int, ...]
    passk: float
    cost: float
    """Per problem."""
    dependence: str


def cheapest(model: Model, target: Any) -> Purchase | None:
    """The least whole k with pass@k >= target, 0 < target < 1; None at or above the ceiling. Raises DomainError beyond 1e12."""
    wanted = _share(target)
    if wanted >= model.ceiling:
        return None
    if passk(MOST_ATTEMPTS, model.a, model.b, model.ceiling) < wanted:
        raise DomainError(f"{model.name} needs more than {MOST_ATTEMPTS:.0e} attempts for pass@k = {wanted:g}")
    k = max(1, int(np.ceil(attempts_needed(1 - wanted / model.ceiling, model.a, model.b) * (1 - 1e-12))))
    while passk(k, model.a, model.b, model.ceiling) < wanted:
        k += 1
    spent = model.ceiling * float(stopped_attempts(k, model.a, model.b)) + (1 - model.ceiling) * k
    return Purchase(k, float(passk(k, model.a, model.b, model.ceiling)), k * model.unit, spent * model.unit)


def cheapest_split(
    models: Sequence[Model], *, target: Any = None, budget: Any = None, dependence: str = "independent"
) -> Split | None:
    """The best whole numbers of attempts: highest pass@k for a budget per problem, or least cost for a target.

    1 to 4 models; exactly one of target (0 < target < 1) and budget (> 0, pays one attempt at least). dependence: see the
    module. None where no number of attempts reaches the target. Raises DomainError; ValidationError if the comonotone
    integral does not reproduce the models' own laws to 1e-9 relative or 1e-12.
    """
    if not 1 <= len(models) <= MOST_MODELS:
        raise DomainError(f"a split is between 1 to {MOST_MODELS} models; got {len(models)}")
    if (target is None) == (budget is None):
        raise DomainError("give either a target or a budget; got " + ("neither" if budget is None else "both"))
    if dependence not in DEPENDENCES:
        raise DomainError(f"dependence must be 'independent' or 'comonotone'; got {dependence!r}")
    order = sorted(range(len(models)), key=lambda j: -models[j].unit)
    ranked = [models[j] for j in order]
    units = np.array([model.unit for model in ranked])
    failure = (_independent if dependence == "independent" else _comonotone)(ranked)
    if budget is not None:
        money = float(exact(budget, "budget"))
        if not units.min() <= money * (1 + 1e-12) <= units.min() * MOST_ATTEMPTS:
            raise DomainError(f"budget must pay from 1 to {MOST_ATTEMPTS:.0e} attempts at {units.min():g} each; got {money:g}")
        best = _spend(failure, units, money)
    else:
        found = _reach(failure, units, ranked, 1 - _share(target), dependence)
        if found is None:
            return None
        best = found
    attempts = np.empty(len(models), dtype=np.int64)
    attempts[order] = best
    return Split(tuple(attempts.tolist()), 1 - float(failure(best[None, :])[0]), float(best @ units), dependence)


def _spend(failure: Failure, units: np.ndarray, money: float) -> np.ndarray:
    """Whole attempts of least failure within the budget; units fall, and the last model takes what is left."""
    free = len(units) - 1
    most = np.floor(money * (1 + 1e-12) / units)
    if not free:
        return most
    low, high = np.zeros(free), most[:free]
    while True:
        axes = [np.unique(np.round(np.linspace(lo, hi, _LATTICE[free]))) for lo, hi in zip(low, high, strict=True)]
        grid = np.array(list(product(*axes)))
        rest = np.floor((money - grid @ units[:free]) / units[free] * (1 + 1e-12) + 1e-9)
        grid = np.column_stack([grid, rest])[rest >= 0]
        losses = failure(grid)
        near = np.flatnonzero(losses <= losses.min() * (1 + 1e-14))
        best = grid[near[np.argmin(grid[near] @ units)]]
        steps = np.array([np.max(np.diff(axis), initial=0) for axis in axes])
        if (steps <= 1).all():
            return best
        wide = np.maximum(2 * steps, 3)
        low, high = np.maximum(best[:free] - wide, 0), np.minimum(best[:free] + wide, most[:free])


def _reach(failure: Failure, units: np.ndarray, models: Sequence[Model], loss: float, dependence: str) -> np.ndarray | None:
    """The cheapest attempts with failure at most `loss`: the least budget that reaches it, by bisection."""
    rests = [1 - model.ceiling for model in models]
    floor = float(np.prod(rests)) if dependence == "independent" else min(rests)
    if floor >= loss:
        return None
    money = float(units.min())
    best = _spend(failure, units, money)
    while failure(best[None, :])[0] > loss:
        money *= 2
        if money > units.min() * MOST_ATTEMPTS:
            raise DomainError(f"the target needs more than {MOST_ATTEMPTS:.0e} attempts; take a lower one")
        best = _spend(failure, units, money)
    low, high = money / 2, float(best @ units)
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        trial = _spend(failure, units, middle) if middle >= units.min() else None
        if trial is not None and failure(trial[None, :])[0] <= loss:
            best, high = trial, min(float(trial @ units), middle)
        else:
            low = middle
    return best


def _independent(models: Sequence[Model]) -> Failure:
    def failure(attempts: np.ndarray) -> np.ndarray:
        parts = [failk(attempts[:, j], model.a, model.b, model.ceiling) for j, model in enumerate(models)]
        return np.prod(parts, axis=0)

    return failure


def _comonotone(models: Sequence[Model]) -> Failure:
    """The integral over the common rank u by the trapezoidal rule in the logit of each piece between two ceilings."""
    from scipy.special import betaincinv

    step = min(0.1, min(min(model.a, model.b) for model in models) / 3)
    t = np.arange(-45.0, 45.0 + step, step)
    left, right = 1 / (1 + np.exp(-t)), 1 / (1 + np.exp(t))
    logs, weights = [], []
    begin = 0.0
    for end in sorted({model.ceiling for model in models}):
        width = end - begin
        log = np.zeros((len(models), t.size))
        for j, model in enumerate(models):
            if model.ceiling < end:
                continue  # never solved here: p = 1
            below = (begin + width * left) / model.ceiling
            above = (model.ceiling - end + width * right) / model.ceiling
            small = np.log(np.maximum(betaincinv(model.a, model.b, np.minimum(below, 1)), 1e-300))
            success = np.minimum(betaincinv(model.b, model.a, np.minimum(above, 1)), 1 - 1e-16)
            log[j] = np.where(below < 0.5, small, np.log1p(-success))
        logs.append(log)
        weights.append(width * step * left * right)
        begin = end
    log, weight, never = np.concatenate(logs, axis=1), np.concatenate(weights), 1 - begin

    def failure(attempts: np.ndarray) -> np.ndarray:
        chunk = max(1, 2 * 10**6 // weight.size)
        parts = [np.exp(attempts[i : i + chunk] @ log) @ weight for i in range(0, len(attempts), chunk)]
        return np.concatenate(parts) + never

    for j, model in enumerate(models):
        k = np.zeros((3, len(models)))
        k[:, j] = 0, 1, 100
        want = failk(k[:, j], model.a, model.b, model.ceiling)
        if not np.allclose(failure(k), want, rtol=1e-9, atol=1e-12):
            raise ValidationError(f"the comonotone integral misses the law of {model.name}: {failure(k)} for {want}")
    return failure


def _share(target: Any) -> float:
    share = float(exact(target, "target"))
    if not 0 < share < 1:
        raise DomainError(f"target must lie in (0, 1): the pass@k to reach; got {share:g}")
    return share
