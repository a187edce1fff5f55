"""What is claimed. Each module exports FORMULAS; this list names the modules, in the order in which they are read."""

from __future__ import annotations

from infscale_sym.notation.formula import Expected, Formula, Source
from infscale_sym.theory.averages import formulas as averaged
from infscale_sym.theory.averages import limit_formulas as averaged_limit
from infscale_sym.theory.best_of_k import formulas as best_of_k
from infscale_sym.theory.coverage import formulas as coverage
from infscale_sym.theory.denoiser import formulas as denoiser
from infscale_sym.theory.hard_task import formulas as hard_task
from infscale_sym.theory.high_temperature import formulas as high_temperature_series
from infscale_sym.theory.high_temperature import second_order as high_temperature
from infscale_sym.theory.many_answers import formulas as infinite_k
from infscale_sym.theory.mean_law import formulas as mean_law
from infscale_sym.theory.memorization import formulas as memorization
from infscale_sym.theory.misspecified import formulas as misspecified
from infscale_sym.theory.optima import finite_k
from infscale_sym.theory.optima import formulas as optima
from infscale_sym.theory.regression import formulas as equivalents
from infscale_sym.theory.scaling import difficulty, monotone, tradeoff
from infscale_sym.theory.selection import formulas as selection
from infscale_sym.theory.votes import formulas as votes
from infscale_sym.theory.zero_temperature import formulas as zero_temperature

FORMULAS: tuple[Formula, ...] = (
    *selection.FORMULAS,
    *equivalents.FORMULAS,
    *high_temperature.FORMULAS,
    *best_of_k.FORMULAS,
    *averaged.FORMULAS,
    *monotone.FORMULAS,
    *difficulty.FORMULAS,
    *tradeoff.FORMULAS,
    *finite_k.FORMULAS,
    *optima.FORMULAS,
    *averaged_limit.FORMULAS,
    *mean_law.FORMULAS,
    *misspecified.FORMULAS,
    *votes.FORMULAS,
    *infinite_k.FORMULAS,
    *zero_temperature.FORMULAS,
    *high_temperature_series.FORMULAS,
    *hard_task.FORMULAS,
    *denoiser.FORMULAS,
    *memorization.FORMULAS,
    *coverage.FORMULAS,
)

__all__ = ["FORMULAS", "Expected", "Formula", "Source"]
