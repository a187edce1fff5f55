"""The joint law of the offsets beside drawn students (`predictive.mean-law`, `predictive.cross-law`, ...).

Deviations in standard errors, and the rate in d at which they vanish.
"""

from __future__ import annotations

import numpy as np

from infscale_sym.present.picture import Picture, blank_figure
from infscale_sym.present.style import COLOURS, LIMIT, styled
from infscale_sym.theory.mean_law.evidence import students

_MOMENTS = (r"$\mathbb{E}\,\Delta_T^2$", r"$\mathbb{E}\,\Delta_T\Delta_R$", r"$\mathbb{E}\,\Delta_R^2$")
_MARKERS = {"isotropic": "o", "power law": "s"}


def deviations_from_the_law() -> Picture:
    """Deviation of the three moments at d = oo in standard errors; the relative deviation and the kurtosis against d.

    All from the committed table of drawn students (`mean_law_evidence`).
    """
    families = students()
    alphas = tuple(dict.fromkeys(family.alpha for family in families))
    with styled():
        figure = blank_figure(11.6, 4.4)
        left, middle, right = figure.subplots(1, 3)
        left.axhspan(-2, 2, color="#ececec", lw=0, zorder=0)
        left.axhline(0, color=LIMIT, lw=0.8)
        for family in families:
            place = alphas.index(family.alpha)
            shift = -0.17 if family.spectrum == "isotropic" else 0.17
            value, error = family.at_infinity()
            for column, colour in enumerate(COLOURS[:3]):
                left.plot(
                    place + shift + 0.09 * (column - 1),
                    value[column] / error[column],
                    marker=_MARKERS[family.spectrum],
                    ls="",
                    color=colour,
                    mfc=colour if family.spectrum == "isotropic" else "white",
                    label=_MOMENTS[column] if family is families[0] else None,
                )
        left.set(ylim=(-4.2, 4.2), xlim=(-0.5, len(alphas) - 0.5), xlabel=r"$\alpha=d/n$", ylabel="standard errors")
        left.set_xticks(range(len(alphas)), [f"{alpha:g}" for alpha in alphas])
        left.minorticks_off()
        left.legend(loc="upper left", ncols=3, columnspacing=0.8, handletextpad=0.1)
        left.set_title(r"The law at $d=\infty$ against students", loc="left")
        left.annotate(r"filled: $\Sigma=I$;  open: power law", (0.03, 0.03), xycoords="axes fraction", fontsize=9.5)

        for family in families:
            colour = COLOURS[alphas.index(family.alpha)]
            style = {
                "color": colour,
                "marker": _MARKERS[family.spectrum],
                "mfc": colour if family.spectrum == "isotropic" else "white",
                "lw": 0.9,
                "ls": "-" if family.spectrum == "isotropic" else "--",
                "label": rf"$\alpha={family.alpha:g}$" if family.spectrum == "isotropic" else None,
            }
            middle.errorbar(family.sizes, family.conditional[:, 0], 2 * family.conditional_error[:, 0], **style)
            right.errorbar(family.sizes, family.kurtosis[:, 0] - 3, 2 * family.kurtosis_error[:, 0], **style)
        ends = np.array([9.0, 72.0])
        middle.plot(ends, 0.62 / ends, color=LIMIT, lw=1.2, ls=":")
        middle.annotate("$1/d$", (22, 0.62 / 22), (4, 4), textcoords="offset points")
        right.plot(ends, 16 / ends, color=LIMIT, lw=1.2, ls=":")
        right.annotate("$1/d$", (22, 16 / 22), (4, 4), textcoords="offset points")
        middle.set(ylabel=r"$\mathbb{E}\,\Delta_T^2/Q-1$", ylim=(2e-4, 0.12))
        right.set(ylabel=r"kurtosis of $\Delta_T$, minus 3", ylim=(0.03, 3))
        for axes in (middle, right):
            axes.set(xscale="log", yscale="log", xlabel="number of features $d$")
            axes.set_xticks([9, 18, 36, 72], ["9", "18", "36", "72"])
            axes.minorticks_off()
        middle.set_title("Finite $d$: the second moment", loc="left")
        right.set_title("Finite $d$: not yet Gaussian", loc="left")
        middle.legend(loc="lower left", ncols=2, columnspacing=1.0, handlelength=1.6)
    return Picture(figure, "moments of drawn students against the law, and the rate at which they approach it")
