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
    ApproachExponent="averaged_limit:approach_exponent",
    ScaledApproach="averaged_limit:scaled_approach",
    WeightMoment="infinite_k:weight_moment",
    WeightRatio="infinite_k:weight_ratio",
    TiltedError="infinite_k:tilted_error",
    LimitError="selection.limits:infinite_k",
    CrowdLaplace="infinite_k:crowd_laplace",
    CrossoverFactor="infinite_k:crossover_factor",
    ExpansionCoefficient="temperature_coefficients:expansion_coefficient",
    CoefficientRatio="temperature_coefficients:coefficient_ratio",
    TruncationError="temperature_coefficients:truncation_error",
    Laguerre="polynomials:laguerre",
    BernoulliNumber="polynomials:bernoulli_number",
    DistanceIntegral="misspecified:distance_integral",
    AnswersBeyondTeacher="misspecified:answers_beyond_teacher",
    LeastError="misspecified:least_error",
    CrossRisk="mean_law:cross_risk",
    JudgeRisk="mean_law:judge_risk",
    MeanEigenvalue="mean_law:mean_eigenvalue",
    OffsetKurtosis="ridgeless_law:offset_kurtosis",
    CharacteristicGap="ridgeless_law:characteristic_gap",
    SpreadMoment="ridgeless_law:spread_moment",
    MeanVote="votes.numeric:mean_vote",
    WeightedMeanVote="votes.numeric:weighted_mean_vote",
    WeightedMeanIntegral="votes.numeric:weighted_mean_vote",
    MedianVote="votes.numeric:median_vote",
    MedianSpread="votes.numeric:median_spread",
    MiddlePairVote="votes.numeric:middle_pair_vote",
    MiddlePairSpread="votes.numeric:middle_pair_spread",
    BinShare="votes.numeric:bin_share",
    MajorityVote="votes.majority:majority_vote",
    MajorityPolynomial="votes.majority:majority_vote",
    RaceTail="votes.race:race_tail",
    ScaledRace="votes.race:scaled_race",
    BeamError="votes.beam:beam_error",
    HardTaskError="hard_task:hard_task_error",
    HardTaskEdge="hard_task:hard_task_edge",
    HardTaskConstant="hard_task:hard_task_constant",
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
    ApproachExponent="averaged_limit:approach_exponent_mp",
    ScaledApproach="averaged_limit:scaled_approach_mp",
    WeightMoment="infinite_k:weight_moment_mp",
    WeightRatio="infinite_k:weight_ratio_mp",
    TiltedError="infinite_k:tilted_error_mp",
    LimitError="infinite_k:limit_error_mp",
    CrowdLaplace="infinite_k:crowd_laplace_mp",
    CrossoverFactor="infinite_k:crossover_factor_mp",
    ExpansionCoefficient="temperature_coefficients:expansion_coefficient_mp",
    CoefficientRatio="temperature_coefficients:coefficient_ratio_mp",
    TruncationError="temperature_coefficients:truncation_error_mp",
    Laguerre="polynomials:laguerre_mp",
    BernoulliNumber="polynomials:bernoulli_number_mp",
    DistanceIntegral="misspecified:distance_integral_mp",
    AnswersBeyondTeacher="misspecified:answers_beyond_teacher_mp",
    LeastError="misspecified:least_error_mp",
    CrossRisk="mean_law:cross_risk_mp",
    JudgeRisk="mean_law:judge_risk_mp",
    MeanEigenvalue="mean_law:mean_eigenvalue_mp",
    OffsetKurtosis="ridgeless_law:offset_kurtosis_mp",
    CharacteristicGap="ridgeless_law:characteristic_gap_mp",
    MeanVote="votes.exact:mean_vote_mp",
    WeightedMeanVote="votes.exact:weighted_mean_vote_mp",
    WeightedMeanIntegral="votes.exact:weighted_mean_vote_mp",
    MedianVote="votes.exact:median_vote_mp",
    MedianSpread="votes.exact:median_spread_mp",
    MiddlePairVote="votes.exact:middle_pair_vote_mp",
    MiddlePairSpread="votes.exact:middle_pair_spread_mp",
    MajorityVote="votes.majority:majority_vote_mp",
    MajorityPolynomial="votes.majority:majority_vote_mp",
    RaceTail="votes.race:race_tail_mp",
    ScaledRace="votes.race:scaled_race_mp",
    BeamError="votes.beam:beam_error_mp",
    HardTaskError="hard_task_exact:hard_task_error_mp",
    HardTaskEdge="hard_task_exact:hard_task_edge_mp",
    HardTaskConstant="hard_task_exact:hard_task_constant_mp",
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
    LimitError="infinite_k:limit_error_arb",
    ExpansionCoefficient="temperature_coefficients:expansion_coefficient_arb",
    TruncationError="temperature_coefficients:truncation_error_arb",
    Laguerre="polynomials:laguerre_arb",
    BernoulliNumber="polynomials:bernoulli_number_arb",
    CrossRisk="mean_law:cross_risk_arb",
    JudgeRisk="mean_law:judge_risk_arb",
    MeanEigenvalue="mean_law:mean_eigenvalue_arb",
    OffsetKurtosis="ridgeless_law:offset_kurtosis_arb",
    CharacteristicGap="ridgeless_law:characteristic_gap_arb",
    HardTaskConstant="hard_task_exact:hard_task_constant_arb",
)

REFEREE_MPMATH = _table(
    RenormalizedRidge="marchenko_pastur:ridge_from_law_mp",
    TeacherRisk="marchenko_pastur:teacher_risk_from_law_mp",
    CrossRisk="mean_law:cross_risk_from_law_mp",
    JudgeRisk="mean_law:judge_risk_from_law_mp",
    OffsetKurtosis="ridgeless_law:kurtosis_by_density_mp",
)
REFEREE_ARB = _table(
    RenormalizedRidge="marchenko_pastur:ridge_from_law_arb",
    TeacherRisk="marchenko_pastur:teacher_risk_from_law_arb",
    CrossRisk="mean_law:cross_risk_from_law_arb",
    JudgeRisk="mean_law:judge_risk_from_law_arb",
)
