"""The selection error averaged over a Gaussian pair of offsets to any number of digits (HP, arXiv:2512.19905).

What is computed is the one integral of `gaussian_pair`: G = E F_k(t; slope rho, rho) over rho ~ N(0, c), by double trapezoidal
sums. At t = 0 they run over rho and s, where r = ln(1 + bend e^s)/bend is the distance of the chosen answer and bend the
slope at which ln(-ln S) rises there. At t >= 1 they run over rho and v = ln u of F = k int b a^(k-1) du; a and b are matrix
products, answers times offsets. Below t = 1 F itself is taken from `selection.values.highprec` at each node. A value
is returned if two meshes agree to the digits asked for. Proved bounds: `gaussian_pair_enclosure`.
"""

from __future__ import annotations

import math
from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_mpf

_DENSITIES = (1.0, 1.1, 1.4, 1.8, 2.3, 3.1, 4.2)

#: Values of u in one product of matrices.
_BLOCK = 64


def pair_average_mp(k: Any, t: Any, teacher: Any, cross: Any, judge: Any, digits: int = 50) -> Any:
    """E F_k(t; tau, rho) over a centred Gaussian pair to `digits` digits; mpf. Scalars, exact where they are.

    k in [1, 1e100], t in {0, inf} or [1e-6, 1e6]; teacher, cross, judge: E tau^2, E tau rho, E rho^2 (<= 1000).
    Seconds at t = 0 and t >= 1, minutes below t = 1 and for E rho^2 above 5.
    Raises DomainError and ValidationError (two meshes differ).
    """
    import mpmath

    with mpmath.workdps(digits + 15):
        a, b, c = (to_mpf(v) for v in (teacher, cross, judge))
        rest, slope = _rest(a, b, c), b / c if c else mpmath.mpf(0)
        return rest + line_average_mp(k, t, slope, c, digits)


def _rest(a: Any, b: Any, c: Any) -> Any:
    """a - b^2/c, exactly zero where the three are equal."""
    if not (a >= 0 and c >= 0 and b * b <= a * c * (1 + 1e-12)):
        raise DomainError(
            f"(E tau rho)^2 must not exceed E tau^2 E rho^2; got {float(b):g}^2 and {float(a):g} times {float(c):g}"
        )
    return a - b * (b / c) if c else a


def line_average_mp(k: Any, t: Any, slope: Any, judge: Any, digits: int = 50) -> Any:
    """E F_k(t; slope rho, rho) over rho ~ N(0, judge), judge >= 0; mpf. Arguments and errors as for `pair_average_mp`."""
    import mpmath

    number, heat = exact(k, "k"), exact(t, "t", infinite=True)
    if not 1 <= number <= 10**100:
        raise DomainError(f"k must lie in [1, 1e100]; got {k}")
    if not (heat == 0 or heat == math.inf or 1e-6 <= heat <= 1e6):
        raise DomainError(f"t must be 0, inf or lie in [1e-6, 1e6]; got {t}")
    with mpmath.workdps(digits + 15):
        K, T, m, c = to_mpf(k), to_mpf(t), to_mpf(slope), to_mpf(judge)
        if not 0 <= c <= 1000:
            raise DomainError(f"E rho^2 must lie in [0, 1000]; got {float(c):g}")
        if number == 1 or heat == math.inf:
            return 1 + m * m * c
        if c == 0:
            from infscale_sym.theory.selection.values.highprec import selection_error_mp

            return selection_error_mp(k, t, 0, 0, digits=digits)
        rule = _best_of_k if heat == 0 else _soft if heat >= 1 else _node_by_node
        return agree(lambda density: rule(K, T, m, c, digits, density), _DENSITIES, digits, "average over a Gaussian pair")


class _Offsets:
    """The nodes rho >= 0 with the weights of N(0, c), as balls of no radius; `need` nepers of accuracy.

    `soft` widens the place where F turns: 1 for the best of k.
    """

    def __init__(self, K: Any, c: Any, digits: int, density: float, soft: float = 1.0) -> None:
        import flint
        import mpmath

        from infscale_sym.evaluate.dyadic import from_mpf

        self.need = (digits + 6) * math.log(10)
        log_k = float(mpmath.log(K))
        ratio = float(c)
        # F grows at most as exp(rho^2)/k^2, up to rho^2 = 2 ln k. Its turn there has the width 1/rho: a strip of pi/rho, by
        # which time the Gaussian may have left little to resolve.
        turn = math.sqrt(2 * log_k + 1)
        left = max(self.need - max(0.0, (1 / ratio - 2) * log_k), 1.0)
        spread = math.sqrt(1 / (1 / ratio - 2)) if ratio < 0.5 else math.inf
        step = min(math.sqrt(ratio) * 4.0 / math.sqrt(self.need), 5.6 * math.pi * soft / turn / left) / density
        reach = min(
            spread * math.sqrt(2 * self.need) + 1, math.sqrt(2 * ratio * (self.need + 4) + 2 * log_k * max(1.0, 2 * ratio)) + 1
        )
        h, variance = from_mpf(mpmath.mpf(step)), from_mpf(c)
        scale = h / (2 * flint.arb.pi() * variance).sqrt()
        self.nodes = [h * i for i in range(int(reach / step) + 2)]
        self.weights = [(2 if i else 1) * scale * (-rho * rho / (2 * variance)).exp() for i, rho in enumerate(self.nodes)]


def _bits(digits: int, K: Any) -> int:
    import mpmath

    return int(3.33 * (digits + max(0, int(mpmath.log10(K))) + 12)) + 64


def _best_of_k(K: Any, T: Any, slope: Any, c: Any, digits: int, density: float) -> Any:
    import flint

    from infscale_sym.evaluate.dyadic import from_mpf, midpoint

    with flint.ctx.workprec(_bits(digits, K)):
        mesh = _Offsets(K, c, digits, density)
        k, drift = from_mpf(K), from_mpf(slope) - 1
        half, root2 = flint.arb(1) / 2, flint.arb(2).sqrt()
        norm = 1 / (2 * flint.arb.pi()).sqrt()
        step = 8.0 / (mesh.need + 12) / density
        h = flint.arb(step)  # the double exactly; multiples of it must not be rounded to doubles
        small = math.exp(-mesh.need)
        total = flint.arb(0)
        for rho, weight in zip(mesh.nodes, mesh.weights, strict=True):
            # r = ln(1 + bend e^s)/bend with the slope of ln(-ln S) where k (-ln S) = 1: S^k then falls as exp(-e^s). Far on
            # the left, where S and the densities no longer change, s = x - e^(turn-x-2) ends the sum doubly exponentially.
            bend, middle = _bend(float(K), float(rho.mid()))
            D, beyond = drift * rho, flint.arb(bend)
            level = bend / (1 + float(rho.mid()))
            turn = flint.arb(min(middle, level + math.log1p(-math.exp(-level)) - math.log(bend)) - 2)
            inner, first = flint.arb(0), int(middle / step)
            for way in (1, -1):
                index, idle = (first if way == 1 else first - 1), 0
                while idle < 3:
                    x = h * index
                    end = (turn - x).exp()
                    e = (x - end).exp()
                    index += way
                    r = (beyond * e).log1p() / beyond
                    near, far = (r - rho) / root2, (r + rho) / root2
                    inside = half * (near.erf() + far.erf())
                    logarithm = (half * (near.erfc() + far.erfc())).log() if inside > half else (-inside).log1p()
                    if not logarithm.is_finite():
                        break
                    both = (r + D) ** 2 * (-near * near).exp() + (r - D) ** 2 * (-far * far).exp()
                    term = both * ((k - 1) * logarithm).exp() * (1 + end) * e / (1 + beyond * e)
                    inner += term
                    idle = idle + 1 if float(abs(term).mid()) < small * float(abs(inner).mid()) else 0
            total += weight * inner * h
        return midpoint(total * k * norm)


def _bend(k: float, rho: float) -> tuple[float, float]:
    """(bend, s) where k (-ln S(r)) = 1 on the curve r = ln(1 + bend e^s)/bend; places nodes only, so doubles do."""
    import numpy as np

    from infscale_sym.theory.selection.values.survival import log_survival

    def excess(log_r: float) -> float:
        return math.log(k) + math.log(max(-float(log_survival(math.exp(log_r), rho)), 1e-320))

    low, high = -math.log(k) - 5, math.log(rho + 40)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    r = math.exp(low)
    slope = (excess(low + 1e-4) - excess(low - 1e-4)) / 2e-4 / r
    bend = max(slope - 1 / r, rho - r, 0.5)
    return bend, math.log(float(np.expm1(bend * r)) / bend)


def _soft(K: Any, T: Any, slope: Any, c: Any, digits: int, density: float) -> Any:
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import from_mpf, midpoint

    with flint.ctx.workprec(_bits(digits, K)):
        mesh = _Offsets(K, c, digits, density, soft=2.0)  # measured: 2 costs no digits from t = 1 on
        k, t, drift = from_mpf(K), from_mpf(T), from_mpf(slope) - 1
        heat, log_k = float(T), float(mpmath.log(K))
        need = mesh.need + log_k
        growth = 1 + 1 / heat
        step = math.pi * math.sqrt(2 / (need * growth))
        for v in range(1, 200):
            # Where exp(-u w) falls, x = sqrt(2 t v), it is bounded as long as |Im x| < (pi/2) t/x; there exp(-k t v) is left.
            strip = math.pi / 2 * math.sqrt(heat / (2 * v))
            needed = need - min(float(K), 1e6) * heat * max(v - 3.0, 0.0)
            if needed > 0:
                step = min(step, 2 * math.pi * strip / (needed + strip**2 * growth / 2))
        step /= density
        reach = math.sqrt(2 * need) + 1
        last = float(mesh.nodes[-1].mid())
        h = from_mpf(mpmath.mpf(step))
        answers = [h * i for i in range(-int(reach / step) - 1, int((reach + last) / step) + 2)]
        scale = h / (2 * flint.arb.pi()).sqrt()
        mass, square = [], []
        for x in answers:
            row = [scale * (-((x - rho) ** 2) / 2).exp() for rho in mesh.nodes]
            mass.append(row)
            square.append([p * (x + drift * rho) ** 2 for p, rho in zip(row, mesh.nodes, strict=True)])
        # Products of fixed-point integers: Arb's own, with exponents from 1 to e^-need in a row, take ten times as long.
        places = flint.ctx.prec - 40  # the precision has 64 bits to spare
        masses, squares = _fixed(mass, places), _fixed(square, places)
        weights = [(-x * x / (2 * t)).exp() for x in answers]
        number = k - 1
        centre = -log_k + 0.5 * math.log1p(1 / heat)
        step_v = 7.9 / (mesh.need + 10) / density
        h_v, c_v = from_mpf(mpmath.mpf(step_v)), from_mpf(mpmath.mpf(centre))
        total, index = flint.arb(0), int(-(math.log(mesh.need + 20) + 2) / step_v) - 1
        while True:
            soft, hard, rates = [], [], []
            for i in range(index, index + _BLOCK):
                s = h_v * i
                decay = (-s - 2).exp()
                u = (c_v + s - decay).exp()
                rates.append(h_v * (1 + decay))
                scores = [u * w for w in weights]
                soft.append([(-y).exp() for y in scores])
                hard.append([y * e for y, e in zip(scores, soft[-1], strict=True)])
            index += _BLOCK
            above, chosen = _fixed(soft, places) * masses, _fixed(hard, places) * squares
            block = flint.arb(0)
            for i, rate in enumerate(rates):
                row = flint.arb(0)
                for j, weight in enumerate(mesh.weights):
                    if above[i, j] == 0:  # its power and what it multiplies are below the last place
                        continue
                    inside = flint.arb((above[i, j], -2 * places))
                    power = inside if number == 1 else (number * inside.log()).exp()
                    row += weight * flint.arb((chosen[i, j], -2 * places)) * power
                block += rate * row
            total += block
            if index > 0 and float(abs(block).mid()) < math.exp(-mesh.need) * float(abs(total).mid()):
                return midpoint(k * total)


def _fixed(rows: Any, places: int) -> Any:
    """A matrix of balls >= 0 as integers, times 2^places; what is below is cut off."""
    import flint

    scale = flint.arb(2) ** places
    return flint.fmpz_mat([[(scale * ball).mid().floor().unique_fmpz() for ball in row] for row in rows])


def _node_by_node(K: Any, T: Any, slope: Any, c: Any, digits: int, density: float) -> Any:
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import midpoint
    from infscale_sym.theory.selection.values.highprec import selection_error_mp

    with flint.ctx.workprec(_bits(digits, K)):
        mesh = _Offsets(K, c, digits, density)
    total = mpmath.mpf(0)
    for ball, weight in zip(mesh.nodes, mesh.weights, strict=True):
        rho = midpoint(ball)
        left = midpoint(weight)
        # A node that weighs little needs few digits.
        wanted = digits + 3 + max(-digits, int(mpmath.log10(left * (1 + rho * rho))))
        total += left * selection_error_mp(K, T, slope * rho, rho, digits=max(wanted, 5))
    return total


def pair_of_answers_mp(k: Any, t: Any, teacher: Any, cross: Any, judge: Any, digits: int = 50) -> Any:
    """The average at k = 2, t >= 1, from the definition, independently of the above: without F and without rho; mpf.

    With p, q = (z_1 -+ z_2)/2^(1/2), independent normals, and y = q + 2^(1/2) rho the two weights have the ratio exp(-p y/t):
    E F_2 = 1 + a - (1 + 2b)/(1 + 2c) E p y tanh(p y/(2 t)), p ~ N(0, 1), y ~ N(0, 1 + 2c).
    """
    import flint
    import mpmath

    from infscale_sym.evaluate.dyadic import from_mpf, midpoint

    with mpmath.workdps(digits + 15):
        T, a, b, c = (to_mpf(v) for v in (t, teacher, cross, judge))
        if to_mpf(k) != 2 or not 1 <= T < mpmath.inf:
            raise DomainError(f"this double sum is for k = 2 and t >= 1; got k = {k}, t = {t}")

        def value(nodes: int) -> Any:  # per unit length
            with flint.ctx.workprec(int(3.33 * digits) + 64):
                variance, twice = from_mpf(1 + 2 * c), 2 * from_mpf(T)
                wide = variance.sqrt()
                step = flint.arb(1) / nodes
                half = int((2 * 2.303 * (digits + 6)) ** 0.5 * nodes) + nodes
                density = [(-((step * i) ** 2) / 2).exp() * (2 if i else 1) for i in range(half + 1)]
                total = flint.arb(0)
                for i in range(1, half + 1):
                    p = step * i
                    row = flint.arb(0)
                    for j in range(1, half + 1 - (i * i) // (2 * half)):
                        y = wide * step * j
                        row += density[j] * y * (p * y / twice).tanh()
                    total += density[i] * p * row
                mean = midpoint(total * step * step / (2 * flint.arb.pi()))
            return 1 + a - (1 + 2 * b) / (1 + 2 * c) * mean

        return agree(value, (6, 8, 11, 15, 20, 27, 36), digits, "double sum", "use a larger t or fewer digits")
