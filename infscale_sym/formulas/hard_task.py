"""Best-of-k over hard prompts: below s^2 = 2 Q rare prompts decide (THEORY section 3; HP Remark 5, arXiv:2512.19905).

Theta = s^2/Q, tau ~ N(0, 1/Theta). The number of answers is written as k = tau_k/phi(tau_k), that is tau_k^2 = W(k^2/(2
pi)) with Lambert's W, and the error is E F_k = 2 (Theta/(2 pi))^(1/2) exp(-Theta tau_k^2/2) H(tau_k; Theta). As a power
of k: E F_k = 2 (Theta/(2 pi))^(1/2) ((2 pi)^(1/2) tau_k/k)^Theta H.
"""

from sympy import EulerGamma, cot, gamma, pi, polygamma

from infscale_sym.formulas.record import OWN, Expected, Formula
from infscale_sym.notation.heads_hard_task import HardTaskConstant, HardTaskEdge, HardTaskError
from infscale_sym.notation.relations import AsymptoticTo, Equal
from infscale_sym.notation.symbols import Theta, tau_k

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
    derivation="hard_task",
)

HARD_TASK = Formula(
    id="best-of-k.hard-task",
    title="Best-of-k where rare prompts decide: the error falls as k^-Theta",
    statement=AsymptoticTo(HardTaskError(tau_k, Theta), _M / tau_k**3 + _M * _c / tau_k**5, tau_k, remainder=tau_k**-7),
    domain=Theta < 2,
    source=OWN,
    deviation="In tau_k in place of (2 ln k)^(1/2), which makes the corrections powers; with the first of them.",
    expected=Expected.IN_THE_LIMIT,
    derivation="hard_task",
)

EDGE = Formula(
    id="best-of-k.hard-task.edge",
    title="Best-of-k through the transition at s^2 = 2 Q",
    statement=AsymptoticTo(
        HardTaskEdge(tau_k, Theta), (2 * _M - 1 / (2 - Theta)) / (2 * tau_k**3), tau_k, remainder=tau_k**-5
    ),
    domain=Theta < 3,
    source=OWN,
    deviation="Regular at Theta = 2, where the bracket is Euler's gamma. The plateau is a Dawson or an error function.",
    expected=Expected.IN_THE_LIMIT,
    derivation="hard_task",
)

MARGINAL = Formula(
    id="best-of-k.hard-task.marginal",
    title="Best-of-k at the transition, s^2 = 2 Q",
    statement=AsymptoticTo(
        HardTaskError(tau_k, 2), 1 / (2 * tau_k) + EulerGamma / (2 * tau_k**3), tau_k, remainder=tau_k**-5
    ),
    source=OWN,
    deviation="k^2 E F_k = 2 sqrt(pi) (tau_k + Euler's gamma/tau_k + ...); its first term is sqrt(8 pi ln k).",
    expected=Expected.IN_THE_LIMIT,
    derivation="hard_task",
)

FORMULAS = (CONSTANT, HARD_TASK, EDGE, MARGINAL)
