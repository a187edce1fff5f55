"""Which function computes which named quantity: one table per arithmetic, by the head's name, imported on first use.

NUMPY functions take and return float64 (broadcasting); MPMATH and ARB functions take exact numbers and `digits`.
REFEREES recompute a quantity by a road of its own, for verification: direct integration of the definition, or the
Marchenko-Pastur law in place of the root solve.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_HERE = "infscale_sym.quantities"


def _lazy(path: str) -> Callable[..., Any]:
    module, name = path.split(":")

    def call(*args: Any, **keywords: Any) -> Any:
        return getattr(import_module(f"{_HERE}.{module}"), name)(*args, **keywords)

    call.__name__ = name
    return call


def _table(**paths: str) -> dict[str, Callable[..., Any]]:
    return {head: _lazy(path) for head, path in paths.items()}


NUMPY = _table(
    SelectionError="selection.numeric:selection_error_numpy",
    SelectionIntegral="selection.numeric:selection_error_numpy",
    Survival="selection.survival:survival",
    LogSurvival="selection.survival:log_survival",
    ChosenTail="extreme:chosen_tail",
    ChosenSquareTail="extreme:chosen_square_tail",
    LawDistance="extreme:law_distance",
    BareRidge="ridge:bare_ridge",
    RenormalizedRidge="ridge:renormalized_ridge",
    DegreesOfFreedom="ridge:degrees_of_freedom",
    SecondDegreesOfFreedom="ridge:second_degrees_of_freedom",
    MeanShrinkage="ridge:mean_shrinkage",
    PredictiveVariance="ridge:predictive_variance",
    TeacherOffset="ridge:teacher_offset",
    TeacherRisk="ridge:teacher_risk",
    AveragedSelectionError="averages:averaged_selection_error",
    SampleGain="exponents:sample_gain",
    DifficultySlope="exponents:difficulty_slope",
    AveragedSampleGain="exponents:averaged_sample_gain",
    SampleExponent="exponents:sample_exponent",
    DataExponent="exponents:data_exponent",
    OptimalNumber="optima:optimal_number",
    OptimalTemperature="optima:optimal_temperature",
    OptimalJudge="optima:optimal_judge",
    CriticalTemperature="optima:critical_temperature",
    PairAverage="gaussian_pair:pair_average",
    LineAverage="gaussian_pair:line_average",
)

MPMATH = _table(
    SelectionError="selection.highprec:selection_error_mp",
    SelectionIntegral="selection.highprec:selection_error_mp",
    Survival="selection.highprec:survival_mp",
    LogSurvival="selection.highprec:log_survival_mp",
    ChosenTail="extreme:chosen_tail_mp",
    ChosenSquareTail="extreme:chosen_square_tail_mp",
    LawDistance="extreme:law_distance_mp",
    BareRidge="ridge_exact:bare_ridge_mp",
    RenormalizedRidge="ridge_exact:renormalized_ridge_mp",
    DegreesOfFreedom="ridge_exact:degrees_of_freedom_mp",
    SecondDegreesOfFreedom="ridge_exact:second_degrees_of_freedom_mp",
    MeanShrinkage="ridge_exact:mean_shrinkage_mp",
    PredictiveVariance="ridge_exact:predictive_variance_mp",
    TeacherOffset="ridge_exact:teacher_offset_mp",
    TeacherRisk="ridge_exact:teacher_risk_mp",
    AveragedSelectionError="averages:averaged_selection_error_mp",
    SampleGain="exponents_exact:sample_gain_mp",
    DifficultySlope="exponents_exact:difficulty_slope_mp",
    AveragedSampleGain="exponents_exact:averaged_sample_gain_mp",
    SampleExponent="exponents_exact:sample_exponent_mp",
    DataExponent="exponents_exact:data_exponent_mp",
    OptimalNumber="optima_exact:optimal_number_mp",
    OptimalTemperature="optima_exact:optimal_temperature_mp",
    OptimalJudge="optima_exact:optimal_judge_mp",
    CriticalTemperature="optima_exact:critical_temperature_mp",
    PairAverage="gaussian_pair_exact:pair_average_mp",
    LineAverage="gaussian_pair_exact:line_average_mp",
)

ARB = _table(
    SelectionError="selection.enclosure:selection_error_arb",
    SelectionIntegral="selection.enclosure:selection_error_arb",
    Survival="selection.enclosure:survival_arb",
    LogSurvival="selection.enclosure:log_survival_arb",
    ChosenTail="extreme:chosen_tail_arb",
    ChosenSquareTail="extreme:chosen_square_tail_arb",
    BareRidge="ridge_exact:bare_ridge_arb",
    RenormalizedRidge="ridge_exact:renormalized_ridge_arb",
    DegreesOfFreedom="ridge_exact:degrees_of_freedom_arb",
    SecondDegreesOfFreedom="ridge_exact:second_degrees_of_freedom_arb",
    MeanShrinkage="ridge_exact:mean_shrinkage_arb",
    PredictiveVariance="ridge_exact:predictive_variance_arb",
    TeacherOffset="ridge_exact:teacher_offset_arb",
    TeacherRisk="ridge_exact:teacher_risk_arb",
    SampleGain="exponents_exact:sample_gain_arb",
    DifficultySlope="exponents_exact:difficulty_slope_arb",
    PairAverage="gaussian_pair_enclosure:pair_average_arb",
    LineAverage="gaussian_pair_enclosure:slope_average_arb",
)

REFEREE_MPMATH = _table(
    RenormalizedRidge="marchenko_pastur:ridge_from_law_mp",
    TeacherRisk="marchenko_pastur:teacher_risk_from_law_mp",
)
REFEREE_ARB = _table(
    RenormalizedRidge="marchenko_pastur:ridge_from_law_arb",
    TeacherRisk="marchenko_pastur:teacher_risk_from_law_arb",
)
