"""Make tests/data/selection_references.json: values of F_k at ordinary and nasty points, by mpmath.

    python tests/data/make_selection_references.py [--jobs N] [--limit N] [--output FILE]

The points are the same on every run (one seed). Each value is `selection_error_mp`, which agrees with itself at two
precisions and on two meshes to the stated digits. The file is written after every few points, so an interrupted run
goes on where it stopped; points that are no longer in the plan are dropped. About 20 minutes on one core.

Parameters are strings that stand for IEEE doubles (the shortest decimal that rounds to the double): the double is
meant, so that the NumPy evaluator is asked for exactly the value that is stored.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from infscale_sym.theory.selection.values.highprec import selection_error_mp

DIGITS = 27
SEED = 20251219
INNER, OUTER = (8.0, 1e9), (40.0, 1e16)  # (bound of |tau| and |rho|, bound of k) of the two accuracy boxes
STYLES = ("any", "teacher", "opposite", "centred", "tiny judge", "cancelling", "corner", "judge only", "small")
HERE = Path(__file__).resolve().parent

Point = dict[str, str]


def plan() -> list[Point]:
    """Every point as {k, t, tau, rho, box, style}, all strings; a deterministic list without repetitions."""
    rng = np.random.default_rng(SEED)
    points: list[Point] = []
    temperatures: list[int | None] = [None, *range(-6, 7), 7]  # 0, decades 1e-6 .. 1e6, ∞
    # every decade of k with every decade of t
    for decade in range(17):
        for column, exponent in enumerate(temperatures):
            box = OUTER if decade > 8 or (decade + column) % 3 == 0 else INNER
            style = STYLES[(2 * decade + 5 * column + decade // 3) % len(STYLES)]
            points.append(_point(_draw_k(rng, decade, box), _draw_t(rng, exponent), style, box, rng))
    # corners of both boxes, orders next to 1, half-integers, and the ends of the range of t
    nasty_t = (0.0, 1e-6, 3e-5, 0.01, 0.3, 1.0, 40.0, 1e6)
    for i, k in enumerate((1.0, 1.0 + 2.0**-40, 1.5, 2.0, 2.5, 7.5, 1000.5, 1e6, 1e9, 1e16)):
        for j, t in enumerate(nasty_t):
            box = OUTER if k > 1e9 or (i + j) % 2 else INNER
            points.append(_point(k, t, STYLES[(i + 4 * j) % len(STYLES)], box, rng))
    unique = {_key(point): point for point in points}
    return list(unique.values())


def _draw_k(rng: np.random.Generator, decade: int, box: tuple[float, float]) -> float:
    k = min(float(10 ** (decade + rng.random())), box[1])
    kind = int(rng.integers(3))
    if kind == 0:
        return float(round(k))
    return math.floor(k) + 0.5 if kind == 1 and k < 1e9 else k


def _draw_t(rng: np.random.Generator, exponent: int | None) -> float:
    if exponent is None:
        return 0.0
    if exponent == 7:
        return math.inf
    return float(10**6 if exponent == 6 else 10 ** (exponent + rng.random()))


def _point(k: float, t: float, style: str, box: tuple[float, float], rng: np.random.Generator) -> Point:
    bound = box[0]
    tau, rho = (float(v) for v in rng.uniform(-bound, bound, 2))
    sign = float(rng.choice([-1.0, 1.0]))
    if style == "teacher":
        tau = rho
    elif style == "opposite":
        tau = -rho
    elif style == "centred":
        rho = 0.0
    elif style == "tiny judge":
        rho = sign * float(10 ** rng.uniform(-12, -2))
    elif style == "cancelling":  # tau is filled in by `evaluate`: minus the mean of the chosen answer
        tau = math.nan
    elif style == "corner":
        tau, rho = bound, sign * bound
    elif style == "judge only":
        tau, rho = 0.0, sign * bound
    elif style == "small":
        tau, rho = tau / bound, rho / bound
    names = {"k": k, "t": t, "tau": tau, "rho": rho}
    return {**{name: repr(v) for name, v in names.items()}, "box": f"{bound:g}", "style": style}


def _key(point: Point) -> tuple[str, ...]:
    """What identifies a point of the plan: tau is left out where it is computed."""
    tau = "" if point["style"] == "cancelling" else point["tau"]
    return point["k"], point["t"], tau, point["rho"], point["box"], point["style"]


def evaluate(point: Point) -> dict[str, Any]:
    """The point with its value, to DIGITS digits."""
    k, t, tau, rho = (float(point[name]) for name in ("k", "t", "tau", "rho"))
    if math.isnan(tau):
        # F is quadratic in tau: E z = (F(1) - F(-1))/4
        tau = -float(selection_error_mp(k, t, 1, rho, 14) - selection_error_mp(k, t, -1, rho, 14)) / 4
        tau = min(max(tau, -float(point["box"])), float(point["box"]))
    value = selection_error_mp(k, t, tau, rho, DIGITS)
    method = "exact" if math.isinf(t) else "self-validated"
    return {**point, "tau": repr(tau), "value": _decimal(value), "method": method}


def _decimal(value: Any) -> str:
    from mpmath import nstr

    return nstr(value, DIGITS, min_fixed=-2, max_fixed=6)


def _read(path: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    if not path.exists():
        return {}
    content = json.loads(path.read_text())
    return {_key(p): p for p in content["points"]} if content.get("digits") == DIGITS else {}


def _write(path: Path, done: dict[tuple[str, ...], dict[str, Any]], todo: list[Point]) -> None:
    """Replace the file in one step, points in the order of the plan."""
    rows = [json.dumps(done[_key(point)]) for point in todo if _key(point) in done]
    head = {
        "made by": "make_selection_references.py",
        "quantity": "F_k(t; tau, rho) = E[sum w_i (z_i+tau)^2 / sum w_i], w_i = exp(-(z_i+rho)^2/(2t))",
        "parameters": "strings of IEEE doubles; the double is meant",
        "method": "self-validated: mpmath, two precisions and two meshes agree to `digits` digits",
        "digits": DIGITS,
        "seed": SEED,
    }
    body = ",\n".join(rows)
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(head, indent=1)[:-2] + ',\n "points": [\n' + body + "\n]\n}\n")
    os.replace(temporary, path)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 if all points of the plan are in the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--jobs", type=int, default=1, help="worker processes (default 1)")
    parser.add_argument("--limit", type=int, help="compute at most so many missing points, then stop")
    parser.add_argument("--output", type=Path, default=HERE / "selection_references.json")
    options = parser.parse_args(arguments)
    todo = plan()
    done = _read(options.output)
    missing = [point for point in todo if _key(point) not in done][: options.limit]
    print(f"{len(todo)} points planned, {len(missing)} to compute", file=sys.stderr)
    size = 4 * options.jobs
    for start in range(0, len(missing), size):
        batch = missing[start : start + size]
        for point in Parallel(n_jobs=options.jobs)(delayed(evaluate)(p) for p in batch):
            done[_key(point)] = point
        _write(options.output, done, todo)
        print(f"\r{start + len(batch)}/{len(missing)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return 0 if all(_key(point) in done for point in todo) else 1


if __name__ == "__main__":
    sys.exit(main())
