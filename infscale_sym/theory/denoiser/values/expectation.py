"""Expected divergences of the linear one-step denoiser to any number of digits (`denoiser.kl.expected`; H, arXiv:2411.17807).

Each expectation over training sets is summed from its definition by the averages of `exact`, on two meshes that must agree; the
closed forms of the registered formulas are not used, so that they can be checked against it. Units: sigma0 = 1.
"""

from __future__ import annotations

from typing import Any

from infscale_sym.errors import DomainError
from infscale_sym.evaluate.agree import agree
from infscale_sym.evaluate.dyadic import from_mpf, midpoint
from infscale_sym.evaluate.inputs import exact
from infscale_sym.evaluate.lambdify import to_arb, to_mpf
from infscale_sym.theory.denoiser.values.exact import gamma_mesh, pair_average_mp, scale_average_mp, spectral_average_mp, whole
from infscale_sym.theory.votes.values.exact import DENSITIES


def generated_variance_mp(T: Any, noise: Any, a: Any, v: Any, digits: int = 50) -> Any:
    """c^2 W^2 along an eigenvector of variance a: the definition, in T and l; mpf."""
    import mpmath

    with mpmath.workdps(digits + 15):
        time, scale, own, mean = (to_mpf(x) for x in (T, noise, a, v))
        signal = mpmath.exp(-2 * time)
        added = scale * (1 - signal)
        return (signal * mean + added) * (mpmath.exp(-time) * own / (signal * own + added)) ** 2


def generated_variance_arb(T: Any, noise: Any, a: Any, v: Any, digits: int = 50) -> Any:
    """The same as a ball."""
    import flint

    with flint.ctx.workprec(int(3.33 * digits) + 128):
        time, scale, own, mean = (to_arb(x) for x in (T, noise, a, v))
        signal = (-2 * time).exp()
        added = scale * (1 - signal)
        return (signal * mean + added) * ((-time).exp() * own / (signal * own + added)) ** 2


def direction_divergence_mp(g: Any, mu: Any, digits: int = 50) -> Any:
    """KL(N(mu, g) || N(0, 1)) as its integral, by the trapezoidal rule; mpf. 1e-6 <= g <= 1e6, |mu| <= 100."""
    import mpmath

    if not (1e-6 <= exact(g, "g") <= 1e6 and -100 <= exact(mu, "mu") <= 100):
        raise DomainError(f"1e-6 <= g <= 1e6 and |mu| <= 100 are needed; got g = {g}, mu = {mu}")
    with mpmath.workdps(digits + 15):
        variance, offset = to_mpf(g), to_mpf(mu)
        spread = mpmath.sqrt(variance)
        need = mpmath.mpf(2.303 * (digits + 10))
        step = mpmath.sqrt(2 * mpmath.pi**2 / need) / 1.1
        total = mpmath.mpf(0)
        for i in range(int(mpmath.sqrt(2 * need) / step) + 2):
            z = step * i
            for sign in (1, -1) if i else (1,):
                y = offset + sign * spread * z
                total += mpmath.exp(-z * z / 2) * (y * y - z * z - mpmath.log(variance))
        return total * step / (2 * mpmath.sqrt(2 * mpmath.pi))


def _divergence(g: Any, n: Any) -> Any:
    return (g - 1 - g.log() + 1 / n) / 2


def _arb(value: Any) -> Any:
    return from_mpf(to_mpf(value))


def expected_divergence_mp(n: Any, d: Any, zeta: Any, digits: int = 50) -> Any:
    """E KL of variant (i), mpf. d whole, 1 to 12; real n > d (n > 1 where zeta = 0); zeta >= 0.

    The average of v f(c) over the spectrum is ((n-1)/n) f + (2/(d n)) c f' (Gamma scale); `expected_divergence_pair_mp` is
    the definition itself. At zeta = 0 the average is over v alone. Raises DomainError and ValidationError.
    """
    import mpmath

    number, ratio = exact(n, "n"), exact(zeta, "zeta")
    if ratio < 0 or number <= 1:
        raise DomainError(f"n > 1 and zeta >= 0 are needed; got n = {n}, zeta = {zeta}")
    with mpmath.workdps(digits + 15):
        N, D, Z = to_mpf(n), to_mpf(d), to_mpf(zeta)
        if ratio == 0:
            value = scale_average_mp(lambda v: (_divergence(v, _arb(N)),), N, D, digits)[0]
            return value * D
        z, share, rest = _arb(Z), _arb((N - 1) / N), _arb(4 / (D * N))
        (level,) = scale_average_mp(lambda v: ((v + z).log(),), N, D, digits + 5)

        def summand(c: Any) -> tuple[Any, ...]:
            shrink = c / (c + z)
            return ((share + z + rest * z / (c + z)) * shrink**2 - 2 * shrink.log(),)

        (total,) = spectral_average_mp(summand, n, d, digits + 5)
        return (total - D * level - D + D / N) / 2


def expected_divergence_pair_mp(n: Any, d: Any, zeta: Any, digits: int = 50) -> Any:
    """E KL of variant (i) for d = 2 by its definition, averaged over both eigenvalues; mpf."""
    import mpmath

    whole(d, "d", 2, 2)
    with mpmath.workdps(digits + 15):
        N, z = _arb(n), _arb(zeta)

        def summand(one: Any, two: Any) -> tuple[Any, ...]:
            v = (one + two) / 2
            f, g = (one / (one + z)) ** 2, (two / (two + z)) ** 2
            return (((v + z) * (f + g) - 2 - ((v + z) ** 2 * f * g).log() + 2 / N) / 2,)

        return pair_average_mp(summand, n, digits)[0]


def fit_divergence_mp(n: Any, d: Any, digits: int = 50) -> Any:
    """E KL(N(m, C) || sampling law), the definition averaged over the mean spectrum; mpf. d whole, 1 to 12; n > d."""
    return spectral_average_mp(lambda c: (_divergence(c, _arb(n)),), n, d, digits)[0]


def resolvent_moment_mp(j: Any, zeta: Any, n: Any, d: Any, digits: int = 50) -> Any:
    """E Tr (C + zeta)^-j, mpf; j = 1, 2, 3, zeta > 0."""
    power = whole(j, "j", 1, 3)
    return _moments(zeta, n, d, digits)[power - 1]


def log_moment_mp(zeta: Any, n: Any, d: Any, digits: int = 50) -> Any:
    """E ln det(C + zeta), mpf; zeta > 0."""
    return _moments(zeta, n, d, digits)[3]


_SEEN: dict[Any, tuple[Any, ...]] = {}


def _moments(zeta: Any, n: Any, d: Any, digits: int) -> tuple[Any, ...]:
    key = (*(str(exact(x)) for x in (zeta, n, d)), digits)
    if key not in _SEEN:
        z = to_arb_exact(zeta, digits)

        def summand(c: Any) -> tuple[Any, ...]:
            r = 1 / (c + z)
            return r, r * r, r**3, (c + z).log()

        _SEEN[key] = spectral_average_mp(summand, n, d, digits + 5)
    return _SEEN[key]


def to_arb_exact(value: Any, digits: int) -> Any:
    """The number as an Arb number of enough digits."""
    import mpmath

    with mpmath.workdps(digits + 30):
        return from_mpf(to_mpf(value))


def scale_log_mp(zeta: Any, n: Any, d: Any, digits: int = 50) -> Any:
    """E ln(v + zeta), v = Tr C/d; mpf."""
    z = to_arb_exact(zeta, digits)
    return scale_average_mp(lambda v: ((v + z).log(),), n, d, digits + 5)[0]


def digamma_sum_mp(n: Any, d: Any, digits: int = 50) -> Any:
    """sum_(j=1)^d psi((n - j)/2), mpf; d whole."""
    import mpmath

    size = whole(d, "d", 1, 10**4)
    with mpmath.workdps(digits + 15):
        number = to_mpf(n)
        if number <= size:
            raise DomainError(f"n must exceed d; got n = {n}, d = {d}")
        return mpmath.fsum(mpmath.digamma((number - j) / 2) for j in range(1, size + 1))


def one_draw_spread_mp(n: Any, d: Any, zeta: Any, digits: int = 50) -> Any:
    """E Tr of the generated covariance of variant (ii), d = 1 or 2: exact over the noise of the fit, then over the inputs'
    eigenvalues; mpf, n > d + 2."""
    import mpmath

    size = whole(d, "d", 1, 2)
    if exact(n, "n") <= size + 2:
        raise DomainError(f"the mean is infinite for n <= d + 2; got n = {n}, d = {size}")
    with mpmath.workdps(digits + 15):
        N, z = _arb(n), _arb(zeta)

        def given(trace: Any, inverse: Any) -> Any:
            # of x_T: trace and inverse trace of n (1 + zeta) C; beta = 1/(1 + zeta), tau^2 = zeta/(1 + zeta)
            up, nu = 1 + z, N - 1
            b, t = 1 / up, z / up
            gain = b * b * size + t * size * inverse
            both = b * b * trace * gain + 4 * b * b * t * size
            both += t * (nu * size * b * b * size + t * (nu * size + 2) * size * inverse)
            return both / (N * size) + z * gain

        if size == 1:
            return scale_average_mp(lambda v: (given(N * (1 + z) * v, 1 / (N * (1 + z) * v)),), n, 1, digits, slack=1.0)[0]

        def pair(a: Any, b: Any) -> tuple[Any, ...]:
            return (given(N * (1 + z) * (a + b), (1 / a + 1 / b) / (N * (1 + z))),)

        return pair_average_mp(pair, n, digits, slack=1.0)[0]


def long_one_draw_divergence_mp(n: Any, d: Any, digits: int = 50) -> Any:
    """E KL of variant (ii) as T -> oo: averages of 1/x and ln x over the spectrum of pure noise, and of ln chi^2; mpf."""
    import flint
    import mpmath

    size = whole(d, "d", 1, 12)
    if exact(n, "n") <= size + 2:
        raise DomainError(f"the mean is infinite for n <= d + 2; got n = {n}, d = {size}")
    with mpmath.workdps(digits + 15):
        N, D = to_mpf(n), to_mpf(d)
        number = _arb(N)
        inverse, logs = spectral_average_mp(lambda c: (1 / (number * c), (number * c).log()), n, d, digits + 5, slack=1.0)

        def own(density: float) -> tuple[Any, ...]:
            with flint.ctx.workprec(int(3.33 * digits) + 128):
                total = flint.arb(0)
                for j in range(1, size + 1):
                    points, weights = gamma_mesh(mpmath.mpf(j) / 2, digits + 5, density)
                    total += sum((w * (2 * p).log() for p, w in zip(points, weights, strict=True)), flint.arb(0))
                return (midpoint(total),)

        (fit,) = agree(own, DENSITIES, digits, "ln chi^2")
        return ((1 + 1 / N) * D * inverse - D + D / N - fit + logs) / 2


def proportional_divergence_mp(alpha: Any, zeta: Any, digits: int = 50) -> Any:
    """KL/d of variant (i) in the proportional limit, integrated over the Marchenko-Pastur law; mpf. 0 < alpha < 1."""
    import mpmath

    from infscale_sym.theory.regression.values.marchenko_pastur import law_average_mp

    with mpmath.workdps(digits + 20):
        Z = to_mpf(zeta)

        def summand(x: Any) -> Any:
            g = (1 + Z) * (x / (x + Z)) ** 2
            return (g - 1 - mpmath.log(g)) / (2 * x)

        return law_average_mp(summand, alpha, 1, digits)


def one_draw_proportional_mp(alpha: Any, zeta: Any, digits: int = 50) -> Any:
    """KL/d of variant (ii) in the proportional limit from averages over the Marchenko-Pastur law; mpf. 0 < alpha < 1.

    The map is R = rho B + (1 - rho^2)^(1/2) Z over the inputs' standard deviations, B B' = n C, rho^2 = 1/(1 + zeta). A square
    Gaussian matrix of variance t adds to ln det B B' as ln det(B B' + y) - d y/t, y the root of Tr (B B' + y)^-1/d = 1/t, or 0.
    """
    import mpmath

    from infscale_sym.theory.regression.values.marchenko_pastur import law_average_mp

    with mpmath.workdps(digits + 20):
        al, Z = to_mpf(alpha), to_mpf(zeta)

        def mean(f: Any) -> Any:
            return law_average_mp(lambda x: f(x) / x, al, 1, digits + 5)

        inverse = mean(lambda x: 1 / x)
        spread = 1 / (1 + Z) + Z / (1 + Z) * al * inverse  # (1 + zeta) times the mean square gain
        target = 1 / (al * Z)  # of the mean of 1/(x + y), y in units of rho^2 n
        y = mpmath.mpf(0)
        if inverse > target:
            low, high = mpmath.mpf(0), mpmath.mpf(Z) + 5
            for _ in range(12):  # a bracket, then Newton
                middle = (low + high) / 2
                if law_average_mp(lambda x, m=middle: 1 / (x * (x + m)), al, 1, 8) > target:
                    low = middle
                else:
                    high = middle
            y = (low + high) / 2
            for _ in range(12):
                gap = mean(lambda x, y=y: 1 / (x + y)) - target
                slope = mean(lambda x, y=y: -1 / (x + y) ** 2)
                y -= gap / slope
                if abs(gap / slope) < mpmath.mpf(10) ** -(digits // 2 + 5) * abs(y):
                    break
        logs = mean(lambda x: mpmath.log(x + y) - mpmath.log(x)) - y * target - 2 * mpmath.log(1 + Z)
        return (spread - 1 - mpmath.log(1 + Z) - logs) / 2
