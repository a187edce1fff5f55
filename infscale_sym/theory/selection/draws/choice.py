"""Choosing among a growing number of answers: the model's definition, streamed (HP, arXiv:2512.19905).

Answers of one trial are z_1, z_2, ...; with x = z + rho the judge gives answer i the weight exp(-x_i²/(2t)), and the
teacher finds it off by (x_i + tau - rho)². For every requested k the first k answers of the same draw are used, so
one pass yields the whole curve. Arrays are laid out as (answers, trials): what runs along the answers then acts on
contiguous rows. All numbers are dimensionless.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np

from infscale_sym.sampling.streams import Stopped

#: Doubles in one slab of answers (1 MiB): about what stays in a processor's second-level cache.
SLAB = 1 << 17

#: Largest 1/(2t) in use. From there on squares that differ at all (by 1e-32 of themselves) differ by more than 1e200 in
#: the exponent: the choice is the hard one, with ties shared.
STEEPEST = 1e290

#: exp(-700) = 1e-304 is still a normal double; the exponentials of arguments below are many times slower.
FAINTEST = 700.0

#: No |z| that NumPy's generator can return reaches this: its tail is 3.65 - ln(u)/3.65 with u >= 2^-53.
FARTHEST = 14.0


class HardChoice:
    """t = 0: the answer with the least |x|.

    The bits of a double, rotated left by one, order like its modulus, with the sign as the last bit: so the least
    unsigned integer is the wanted answer with its sign, without a branch.
    """

    def __init__(self, width: int, shift: np.ndarray | float) -> None:
        self.shift = shift
        self.best = np.full(width, np.iinfo(np.uint64).max, dtype=np.uint64)

    def take(self, x: np.ndarray, spare: np.ndarray) -> None:
        """Look at a slab x (answers, trials) with a spare array of the same shape; both are overwritten."""
        bits, self.code = x.view(np.uint64), spare.view(np.uint64)
        np.left_shift(bits, 1, out=self.code)
        np.right_shift(bits, 63, out=bits)
        np.bitwise_or(self.code, bits, out=self.code)

    def advance(self, start: int, stop: int) -> None:
        """Let the answers start..stop-1 of the slab compete."""
        np.minimum(self.best, self.code[start:stop].min(axis=0), out=self.best)

    def chosen(self, out: np.ndarray) -> None:
        """Write x of the answer chosen so far, shape (trials,)."""
        bits = out.view(np.uint64)
        np.right_shift(self.best, 1, out=bits)
        np.bitwise_or(bits, self.best << np.uint64(63), out=bits)

    def error(self, out: np.ndarray) -> None:
        """Write the squared error of the answer chosen so far, shape (trials,)."""
        self.chosen(out)
        out += self.shift
        np.multiply(out, out, out=out)


class SoftChoice:
    """t > 0: the weighted average of the squared errors, sum w (z+tau)² / sum w, over the answers so far.

    Weights are kept relative to the largest one so far, exp(-(x² - least x²)/(2t)): the sums lie between 1 and k,
    and nothing is lost but what is negligible, however small t is.
    """

    def __init__(self, width: int, shift: np.ndarray | float, steepness: np.ndarray | float) -> None:
        self.shift, self.steepness = shift, -np.minimum(steepness, STEEPEST)
        self.least: np.ndarray | None = None
        self.weight, self.total = np.zeros((2, width))

    def take(self, x: np.ndarray, spare: np.ndarray) -> None:
        """Look at a slab x (answers, trials) with a spare array of the same shape; both are overwritten."""
        self.square = np.multiply(x, x, out=spare)
        self.off = np.add(x, self.shift, out=x)
        np.multiply(self.off, self.off, out=self.off)
        if self.least is None:
            self.least = self.square[0].copy()

    def advance(self, start: int, stop: int) -> None:
        """Let the answers start..stop-1 of the slab compete."""
        assert self.least is not None
        square, off = self.square[start:stop], self.off[start:stop]
        if stop - start == 1:
            self._advance_one(square[0], off[0])
            return
        least = np.minimum(self.least, square.min(axis=0))
        fade = self._relative(np.subtract(self.least, least, out=self.least))
        self.weight *= fade
        self.total *= fade
        square -= least
        off *= self._relative(square)
        self.weight += square.sum(axis=0)
        self.total += off.sum(axis=0)
        self.least = least

    def _advance_one(self, square: np.ndarray, off: np.ndarray) -> None:
        """The same for a single answer, with one exponential: either it or what was there has the largest weight."""
        assert self.least is not None
        gap = square - self.least
        record = np.flatnonzero(gap < 0.0)
        weight = self._relative(np.abs(gap, out=gap))
        if record.size:
            fade = weight[record]
            self.weight[record] *= fade
            self.total[record] *= fade
            weight[record] = 1.0
            self.least[record] = square[record]
        self.weight += weight
        self.total += np.multiply(weight, off, out=weight)

    def _relative(self, gap: np.ndarray) -> np.ndarray:
        """exp(-gap/(2t)) in place of gap >= 0. Less than exp(-700) counts for nothing, but its exponential is slow."""
        np.multiply(gap, self.steepness, out=gap)
        np.maximum(gap, -FAINTEST, out=gap)
        return np.exp(gap, out=gap)

    def error(self, out: np.ndarray) -> None:
        """Write the weighted average of the squared errors so far, shape (trials,)."""
        np.divide(self.total, self.weight, out=out)


class WarmChoice(SoftChoice):
    """The same at temperatures so high that no weight can underflow: then the weights need no common factor."""

    def take(self, x: np.ndarray, spare: np.ndarray) -> None:
        """Look at a slab x (answers, trials) with a spare array of the same shape; both are overwritten."""
        self.square = np.multiply(x, x, out=spare)
        np.multiply(self.square, self.steepness, out=self.square)
        np.exp(self.square, out=self.square)
        self.off = np.add(x, self.shift, out=x)
        np.multiply(self.off, self.off, out=self.off)
        np.multiply(self.off, self.square, out=self.off)

    def advance(self, start: int, stop: int) -> None:
        """Let the answers start..stop-1 of the slab compete."""
        if stop - start == 1:
            self.weight += self.square[start]
            self.total += self.off[start]
        else:
            self.weight += self.square[start:stop].sum(axis=0)
            self.total += self.off[start:stop].sum(axis=0)


def choice_rule(
    width: int, rho: np.ndarray | float, shift: np.ndarray | float, steepness: np.ndarray | float
) -> HardChoice | SoftChoice:
    """The rule for `width` trials. steepness: 1/(2t), from 0 to inf; the other arguments as in `prefix_errors`."""
    if np.all(np.isinf(steepness)):
        return HardChoice(width, shift)
    if np.max((np.abs(rho) + FARTHEST) ** 2 * steepness) < FAINTEST:
        return WarmChoice(width, shift, steepness)
    return SoftChoice(width, shift, steepness)


class Workspace:
    """The slabs that one task reuses from block to block: of x, of intermediate values and of results."""

    def __init__(self, width: int, answers: int, results: int) -> None:
        rows = max(SLAB // width, 1)
        self._x, self._spare = np.empty((2, min(rows, answers) * width))
        self._results = np.empty(min(rows, answers, results) * width)

    def slab(self, rows: int, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Two contiguous arrays of shape (rows, width)."""
        return tuple(part[: rows * width].reshape(rows, width) for part in (self._x, self._spare))  # type: ignore

    def results(self, rows: int, width: int) -> np.ndarray:
        """A contiguous array of shape (rows, width)."""
        return self._results[: rows * width].reshape(rows, width)


def prefix_errors(
    rng: np.random.Generator,
    k: np.ndarray,
    rho: np.ndarray | float,
    choice: HardChoice | SoftChoice,
    width: int,
    space: Workspace,
    stop: threading.Event,
    tell: Callable[[int], object],
    chosen: bool = False,
) -> Iterator[tuple[slice, np.ndarray]]:
    """Draw k[-1] answers for each of `width` trials and yield the squared error for each prefix length in `k`.

    k: increasing integers, shape (m,). rho: the judge's offset, a number or shape (width,). Yields (part, errors)
    with errors[i, j] the error of trial j after k[part][i] answers; the array is only valid until the next step.
    With `chosen=True` (hard choice only) the values are x = z + rho of the chosen answer instead. `tell` is told the number
    of answers after each slab of them. Raises Stopped.
    """
    write = choice.chosen if chosen and isinstance(choice, HardChoice) else choice.error
    height = max(SLAB // width, 1)
    first = 0
    for start in range(0, int(k[-1]), height):
        if stop.is_set():
            raise Stopped
        rows = min(height, int(k[-1]) - start)
        x, spare = space.slab(rows, width)
        rng.standard_normal(out=x)
        np.add(x, rho, out=x)
        choice.take(x, spare)
        last = int(np.searchsorted(k, start + rows, side="right"))
        results = space.results(last - first, width)
        here = 0
        for row, length in zip(results, k[first:last] - start, strict=True):
            choice.advance(here, int(length))
            write(row)
            here = int(length)
        if here < rows:
            choice.advance(here, rows)
        tell(rows * width)
        if last > first:
            yield slice(first, last), results
        first = last
