"""All named quantities in the order of the notation table: the core's and those of each wing."""

from __future__ import annotations

from infscale_sym.notation import heads
from infscale_sym.notation.heads import Head
from infscale_sym.theory.averages import notation as heads_averaged_limit
from infscale_sym.theory.coverage import notation as heads_coverage
from infscale_sym.theory.denoiser.notation import HEADS as _DENOISER
from infscale_sym.theory.hard_task.notation import HEADS as _HARD_TASK
from infscale_sym.theory.high_temperature import notation as heads_high_temperature_series
from infscale_sym.theory.many_answers import notation as heads_infinite_k
from infscale_sym.theory.mean_law.notation import HEADS as _MEAN_LAW
from infscale_sym.theory.memorization.notation import HEADS as _MEMORIZATION
from infscale_sym.theory.misspecified import notation as heads_misspecified
from infscale_sym.theory.votes import notation as heads_votes
from infscale_sym.theory.zero_temperature.notation import HEADS as _ZERO_TEMPERATURE

HEADS: tuple[type[Head], ...] = (
    *heads.HEADS,
    *_HARD_TASK,
    *heads_high_temperature_series.HEADS,
    *heads_averaged_limit.HEADS,
    *heads_misspecified.HEADS,
    *heads_votes.HEADS,
    *_DENOISER,
    *_MEMORIZATION,
    *_MEAN_LAW,
    *heads_infinite_k.HEADS,
    *heads_coverage.HEADS,
    *_ZERO_TEMPERATURE,
)
