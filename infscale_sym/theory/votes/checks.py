"""Simulation of a vote that has settled (`vote.majority.infinite-k`): every vote drawn must give the centre that is claimed."""

from __future__ import annotations

from infscale_sym.evaluate.points import SEED
from infscale_sym.notation.formula import Formula
from infscale_sym.theory.votes.draws import majority_of_answers
from infscale_sym.verify.record import Leg

#: So many answers that with these bins (width, shift) one of them wins every vote.
ANSWERS, GRIDS = 150, ((3.0, 0.1), (4.0, 0.2), (6.0, 0.3))


def settled(formula: Formula, quick: bool) -> Leg:
    """So many answers that the vote has settled: there is no scatter, and no standard error to compare with."""
    trials, offset = 4_000 if quick else 20_000, 0.4
    gaps, controls, rows = [], [], []
    for number, (width, shift) in enumerate(GRIDS):
        wanted = float(formula.rhs.numpy(width, shift, offset))
        mean, _ = majority_of_answers(ANSWERS, width, shift, offset, trials=trials, seed=SEED + number)
        other = ((shift - 1) * width + offset) ** 2  # always the bin next to it
        gaps.append(abs(mean / wanted - 1))
        controls.append(abs((mean - other) / wanted))
        rows.append({"at": f"{width}, {shift}, {offset}", "mean": f"{mean:.6g}", "claim": f"{wanted:.6g}"})
    good = max(gaps) < 1e-12 < 1e-3 * min(controls)
    text = (
        f"votes of {ANSWERS} answers on {len(GRIDS)} grids, {trials} each: every vote gives the centre claimed; the next bin's "
        f"would be off by {min(controls):.2g}"
    )
    return Leg("simulation", f"all of {len(GRIDS) * trials} votes", good, text, {"points": rows})
