"""Best-of-k over hard prompts: below s^2 = 2 Q the average is dominated by rare prompts (HP Remark 5, arXiv:2512.19905).

The 1/k^2 law of the source needs s^2 > 2 Q (`best-of-k.averaged.corrected`). Theta = s^2/Q, tau ~ N(0, 1/Theta). The number of
answers is written as k = tau_k/phi(tau_k), that is tau_k^2 = W(k^2/(2 pi)) with Lambert's W, and the error as

    E F_k = 2 (Theta/(2 pi))^(1/2) exp(-Theta tau_k^2/2) H(tau_k; Theta)
          = 2 (Theta/(2 pi))^(1/2) ((2 pi)^(1/2) tau_k/k)^Theta H.
"""

from fractions import Fraction

from sympy import EulerGamma, cot, gamma, pi, polygamma

from infscale_sym.notation.check import Check, ExactDraw, LimitDraw, Recipe, Sweep
from infscale_sym.notation.formula import Expected, Formula
from infscale_sym.notation.lazy import lazy
from infscale_sym.notation.relations import AsymptoticTo, Equal
from infscale_sym.theory.hard_task.notation import HardTaskConstant, HardTaskEdge, HardTaskError, Theta, tau_k
from infscale_sym.theory.sources import OWN

here = lazy(__package__)
_ABOUT_TWO = tuple(Fraction(n, 10) for n in (15, 19, 22, 26))
_HARD = tuple(Fraction(n, 10) for n in (7, 9, 10, 12, 16, 18))

_half = Theta / 2
_M = gamma(_half) ** 3 * gamma(1 - _half) / 4
_c = (3 - Theta) * (polygamma(0, _half) - pi / 2 * cot(pi * _half) - 1) + Theta * (6 * polygamma(1, _half) - pi**2) / 8

CONSTANT = Formula(
    id="best-of-k.hard-task.constant",
    title="Hard prompts: the constant in closed form",
    statement=Equal(HardTaskConstant(Theta), _M),
    domain=Theta < 2,
    source=OWN,
    deviation="Regular at Theta = 1, where it is pi^2/4; nothing has to be continued there.",
    expected=Expected.HOLDS,
    script="hard_task",
    check=Check(enclosed=True, note="left side: the integral, enclosed"),
    draw=ExactDraw(
        settings=((0.5,), (1.0,), (1.4,), (1.8,)),
        trials=1_000_000,
        quick_trials=400_000,
        each=True,
        note="nearest of Poisson points",
    ),
    sweep=Sweep(Theta, (0.2, 1.9)),
)

HARD_TASK = Formula(
    id="best-of-k.hard-task",
    title="Best-of-k where rare prompts decide: the error falls as k^-Theta",
    statement=AsymptoticTo(HardTaskError(tau_k, Theta), _M / tau_k**3 + _M * _c / tau_k**5, tau_k, remainder=tau_k**-7),
    domain=Theta < 2,
    source=OWN,
    deviation="In tau_k in place of (2 ln k)^(1/2), which makes the corrections powers; with the first of them.",
    expected=Expected.IN_THE_LIMIT,
    script="hard_task",
    check=Check(ladder=("1e3", "1e7", "1e9"), near={Theta: _HARD}),
    draw=Recipe(here(".checks:law")),
    sweep=Sweep(tau_k, (3, 200), True, Theta, (0.7, 1, 1.5), points=31),
)

EDGE = Formula(
    id="best-of-k.hard-task.edge",
    title="Best-of-k through the transition at s^2 = 2 Q",
    statement=AsymptoticTo(HardTaskEdge(tau_k, Theta), (2 * _M - 1 / (2 - Theta)) / (2 * tau_k**3), tau_k, remainder=tau_k**-5),
    domain=Theta < 3,
    source=OWN,
    deviation="Regular at Theta = 2, where the bracket is Euler's gamma. The plateau is a Dawson or an error function.",
    expected=Expected.IN_THE_LIMIT,
    script="hard_task",
    check=Check(ladder=("1e2", "1e6", "1e7"), near={Theta: _ABOUT_TWO}),
    draw=LimitDraw(
        sizes=(4.0, 5.0, 7.0, 12.0),
        settings=((1.5,), (2.4,)),
        trials=400_000,
        quick_trials=150_000,
        wrong=0.1,
        note="prompts with the nearest of k answers, k to 1e33",
    ),
    sweep=Sweep(tau_k, (3, 30), True, Theta, (1.2, 1.5, 1.9), points=21),
)

MARGINAL = Formula(
    id="best-of-k.hard-task.marginal",
    title="Best-of-k at the transition, s^2 = 2 Q",
    statement=AsymptoticTo(HardTaskError(tau_k, 2), 1 / (2 * tau_k) + EulerGamma / (2 * tau_k**3), tau_k, remainder=tau_k**-5),
    source=OWN,
    deviation="k^2 E F_k = 2 sqrt(pi) (tau_k + Euler's gamma/tau_k + ...); its first term is sqrt(8 pi ln k).",
    expected=Expected.IN_THE_LIMIT,
    script="hard_task",
    check=Check(ladder=("1e2", "1e6", "1e7")),
    draw=LimitDraw(
        sizes=(3.0, 3.5, 4.0, 4.5, 5.0),
        settings=((),),
        trials=1_500_000,
        quick_trials=1_000_000,
        orders=1,
        wrong=-1.0,
        wrong_said="no second term",
        note="prompts with the nearest of k answers",
    ),
    sweep=Sweep(tau_k, (3, 30), True, Theta, (2,), points=21),
)

FORMULAS = (CONSTANT, HARD_TASK, EDGE, MARGINAL)
