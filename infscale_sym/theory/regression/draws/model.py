"""One training set of the regression model, from the draw of its data to the scores (HP, arXiv:2512.19905).

Training pairs are drawn and fitted, prompts are drawn, the student predicts N(m, s²), k answers are drawn from it, the
judge selects at temperature T and the teacher scores. Inside, everything is dimensionless: answers in units of the
noise sigma, weights in units of the prior width gamma.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from infscale_sym.errors import DomainError
from infscale_sym.sampling import streams as _streams
from infscale_sym.sampling.checks import LARGEST_OFFSET
from infscale_sym.sampling.streams import Block
from infscale_sym.theory.regression.draws.student import BATCH, Student, draw_features, fit, training_rows
from infscale_sym.theory.selection.draws.choice import Workspace, choice_rule, prefix_errors

#: The averages that come with the curve, in this order.
MOMENTS = ("variance", "teacher_offset_square", "offset_product", "judge_offset_square")


@dataclass(frozen=True)
class Model:
    """The checked parameters, dimensionless: answers in units of sigma, weights of gamma, T of sigma²."""

    n: int
    d: int
    ratio: float
    factor: np.ndarray
    teacher: np.ndarray | None
    teacher_width: float
    judge: np.ndarray | None
    c: float
    temperature: float
    k: np.ndarray
    seed: int

    def teacher_of(self, index: int) -> np.ndarray:
        """The teacher of one training set, shape (d,)."""
        if self.teacher is not None:
            return self.teacher
        return self.teacher_width * _streams.generator(self.seed, _streams.TEACHER, index).standard_normal(self.d)

    def work(self, rows: float = 0, answers: float = 0) -> float:
        """About how long it takes to use feature vectors and to judge answers, in units of one normal draw."""
        return rows * self.d * (1 + self.d / 20) + 2 * answers

    def train(self, index: int, stop: threading.Event, tell: Callable[[float], object]) -> tuple[Student, np.ndarray | None]:
        """Draw one training set and fit it; also w_T - w_R, shape (d,), if the judge is given by weights."""
        teacher = self.teacher_of(index)
        rng = _streams.generator(self.seed, _streams.TRAINING, index)
        rows = training_rows(rng, self.n, self.d, self.factor, self.ratio, lambda rows: tell(self.work(rows)))
        student = fit(rows, teacher, self.n, stop)
        return student, None if self.judge is None else teacher - self.judge

    def predict(
        self, rng: np.random.Generator, prompts: int, student: Student, gap: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw prompts; s², Delta_T and Delta_R at each, shape (prompts,), units of sigma² and sigma."""
        square, teacher_offset, judge_offset = np.empty((3, prompts))
        rows = max(BATCH // self.d, 1)
        for start in range(0, prompts, rows):
            part = slice(start, min(start + rows, prompts))
            features = draw_features(rng, part.stop - start, self.d, self.factor)
            features *= self.ratio
            square[part] = 1.0 + student.variance(features)
            teacher_offset[part] = features @ student.offset
            if gap is not None:
                judge_offset[part] = teacher_offset[part] + features @ gap
        if gap is None:
            np.multiply(teacher_offset, 1.0 + self.c, out=judge_offset)
        return square, teacher_offset, judge_offset

    def score(
        self,
        student: Student,
        gap: np.ndarray | None,
        index: int,
        blocks: list[Block],
        stop: threading.Event,
        tell: Callable[[float], object],
    ) -> list[tuple[int, np.ndarray]]:
        """Averages over each block of prompts: delta and F at every k, then s² and the products of the offsets."""
        m = len(self.k)
        space = Workspace(blocks[0].size, int(self.k[-1]), m)
        results = []
        with np.errstate(over="ignore", under="ignore"):
            for block in blocks:
                rng = _streams.generator(self.seed, _streams.PROMPTS, index, block.index)
                square, off_t, off_r = self.predict(rng, block.size, student, gap)
                tell(self.work(block.size))
                tau, rho = off_t / np.sqrt(square), off_r / np.sqrt(square)
                for name, offset in (("(m - y_T)/s", tau), ("(m - y_R)/s", rho)):
                    if not np.abs(offset).max() <= LARGEST_OFFSET:
                        raise DomainError(
                            f"{name} must stay within {LARGEST_OFFSET:g}; got {np.abs(offset).max():g}: choose "
                            "teacher and judge closer to each other and to the student's prior"
                        )
                steepness = square / self.temperature if self.temperature > 0 else math.inf  # 1/(2t) = s²/T
                choice = choice_rule(block.size, rho, tau - rho, steepness)
                mean = np.empty(2 * m + len(MOMENTS))
                parts = prefix_errors(rng, self.k, rho, choice, block.size, space, stop, lambda n: tell(self.work(answers=n)))
                for part, errors in parts:
                    mean[m : 2 * m][part] = errors.mean(axis=1)
                    errors *= square
                    mean[:m][part] = errors.mean(axis=1)
                mean[2 * m :] = [np.mean(v) for v in (square, off_t * off_t, off_t * off_r, off_r * off_r)]
                results.append((block.size, mean))
        return results
