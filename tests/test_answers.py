"""Tables of right and wrong answers, and the majority vote over them."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from infscale_sym.errors import DomainError
from infscale_sym.theory.coverage.fit import fit_coverage
from infscale_sym.theory.coverage.fit.answers import Answers, drawn_answers, find_answers, read_answers
from infscale_sym.theory.coverage.fit.counts import BadRows, Counts
from infscale_sym.theory.votes.values.majority import fullest_chances, winning_chance

HEADER = "dataset,llm,problem,n,c,wrong_answer_counts\n"


def by_counting(k: int, share: list[float]) -> np.ndarray:
    """The definition: every way in which k draws fall on the categories or on none."""
    chance = np.zeros(len(share))
    for counts in itertools.product(range(k + 1), repeat=len(share)):
        silent = k - sum(counts)
        if silent < 0 or not any(counts):
            continue
        weight = math.factorial(k) * max(1 - sum(share), 0) ** silent / math.factorial(silent)
        weight *= math.prod(p**c / math.factorial(c) for p, c in zip(share, counts, strict=True))
        winners = [i for i, c in enumerate(counts) if c == max(counts)]
        chance[winners] += weight / len(winners)
    return chance


@pytest.mark.parametrize("share", [[0.5, 0.3, 0.2], [0.35, 0.3, 0.1, 0.05], [0.2, 0.2, 0.2, 0.1], [0.7]])
@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_the_vote_is_the_sum_over_all_counts(k: int, share: list[float]):
    wanted = by_counting(k, share)
    assert fullest_chances(k, share) == pytest.approx(wanted, abs=1e-14)
    assert winning_chance(k, share[0], share[1:]) == pytest.approx(wanted[0], abs=1e-14)


def test_by_hand():
    # Three votes, shares 0.6 and 0.4: p^3 + 3 p^2 q = 0.648. Two votes are worth one.
    assert winning_chance(3, 0.6, [0.4]) == pytest.approx(0.648, abs=1e-15)
    assert winning_chance(2, 0.6, [0.4]) == pytest.approx(0.6, abs=1e-15)
    # One draw in four does not vote: it wins unless all draws are silent.
    assert winning_chance(2, 0.75, []) == pytest.approx(1 - 0.25**2, abs=1e-15)


def test_many_votes_and_many_rivals():
    own, rivals = 0.3, [0.25, 0.25] + [0.01] * 20
    assert winning_chance(500, own, rivals) == pytest.approx(fullest_chances(500, [own, *rivals])[0], abs=1e-12)
    drawn = np.random.default_rng(3).multinomial(60, [own, *rivals], size=20000)
    top = drawn.max(axis=1, keepdims=True) == drawn
    share = np.mean(top[:, 0] / top.sum(axis=1))
    assert share == pytest.approx(winning_chance(60, own, rivals), abs=4 * 0.5 / math.sqrt(20000))
    assert abs(share - winning_chance(50, own, rivals)) > 0.002  # another number of votes would show


@pytest.mark.parametrize(
    ("k", "share", "words"),
    [
        (0, [0.5], "k must be whole"),
        (2.5, [0.5], "k must be whole"),
        (501, [0.5], "k must be whole"),
        (3, [0.6, 0.5], "at most 1"),
        (3, [0.5, 0.0], "positive"),
        (3, [], "positive"),
    ],
)
def test_shares_that_are_none(k, share, words):
    with pytest.raises(DomainError, match=words):
        fullest_chances(k, share)


def table() -> Answers:
    counts = Counts.of([10, 10, 10, 10], [10, 0, 4, 3])
    return Answers("own", "model", counts, wrong=((), (10,), (3, 2), (3, 3)))


def test_votes_of_a_table():
    votes = table().vote((1, 64))
    assert votes[:, 0] == pytest.approx([1, 0, 0.4, 0.3])
    assert votes[0, 1] == 1
    assert votes[1, 1] == 0
    assert table().vote_limit == pytest.approx([1, 0, 1, 1 / 3])  # the last: a tie of three


def test_the_drawn_table_is_the_same_every_time_and_whole():
    one, two = drawn_answers(), drawn_answers()
    assert [t.wrong for t in one] == [t.wrong for t in two]
    for each in one:
        assert all(c + sum(w) == n for n, c, w in zip(each.counts.attempts, each.counts.successes, each.wrong, strict=True))
        assert ((each.vote((1, 9)) >= 0) & (each.vote((1, 9)) <= 1 + 1e-12)).all()


def test_reading(tmp_path: Path):
    path = tmp_path / "answers.csv"
    path.write_text(HEADER + "set,one,1,10,7,2 1\nset,two,1,5,5,\nset,one,2,10,0,1 4\n", encoding="utf-8")
    one, two = read_answers(path)
    assert (one.model, one.wrong, one.counts.successes.tolist()) == ("one", ((2, 1), (4, 1)), [7, 0])
    assert (two.model, two.wrong, two.counts.problem) == ("two", ((),), ("1",))


def test_bad_rows_are_all_listed(tmp_path: Path):
    path = tmp_path / "answers.csv"
    rows = [
        "s,m,1,10,11,",
        "s,m,2,10,x,",
        "s,m,3,10,5,6",
        "s,m,4,10,5,2 -1",
        "s,m,5,10,5,a",
        "s,m,6,0,0,",
        "s,m,7,10,-1,",
        "s,m,8,10,9,1",
    ]
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(BadRows) as caught:
        read_answers(path)
    assert [row.split(":")[0] for row in caught.value.rows] == [f"line {n} ({n - 1})" for n in range(2, 9)]


def test_files_that_are_no_table(tmp_path: Path, monkeypatch):
    with pytest.raises(DomainError, match="cannot read"):
        read_answers(tmp_path / "none.csv")
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DomainError, match="missing: dataset, llm, problem, n, c, wrong_answer_counts"):
        read_answers(path)
    monkeypatch.setenv("INFSCALE_ANSWERS", str(tmp_path / "none.csv"))
    with pytest.raises(DomainError, match="is no file"):
        find_answers()
    monkeypatch.setenv("INFSCALE_ANSWERS", str(path))
    assert find_answers() == path
    monkeypatch.delenv("INFSCALE_ANSWERS")
    monkeypatch.chdir(tmp_path)
    beside = tmp_path / "shared" / "data"
    beside.mkdir(parents=True)
    (beside / "boinf_counts.csv").write_text(HEADER, encoding="utf-8")
    assert find_answers() == beside / "boinf_counts.csv"


def test_the_real_counts():
    place = find_answers()
    if place is None:
        pytest.skip("no table of real answers: set INFSCALE_ANSWERS to boinf_counts.csv to include it")
    tables = read_answers(place)
    assert (len(tables), sum(len(t.counts) for t in tables)) == (28, 1848)
    by_name = {(t.dataset, t.model): t for t in tables}
    phi = by_name["gpqa_diamond", "Phi-4-reasoning"]
    assert phi.share.mean() == pytest.approx(0.658, abs=5e-4)
    assert phi.vote_limit.mean() == pytest.approx(0.727, abs=5e-4)
    # Far fewer problems that are always right than any Beta law with its other counts has.
    fit = fit_coverage(phi.counts)
    assert fit.goodness.p < 0.02
    assert fit.goodness.perfect[0] < fit.goodness.perfect[1] - 2.5 * fit.goodness.perfect[2]
    fits = fit_coverage(by_name["gpqa_diamond", "EXAONE-Deep-32B"].counts)
    assert fits.goodness.p > 0.1
