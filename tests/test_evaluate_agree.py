"""A rule on ever finer meshes: the finer of the first two that agree is returned, and nothing where none do."""

import mpmath
import pytest
from mpmath import mpf

from infscale_sym.errors import ValidationError
from infscale_sym.evaluate.agree import agree


def midpoint_rule(count: int) -> mpf:
    """1/(2 pi) int_0^2 pi exp(cos x) dx = I_0(1); the error falls faster than any power of 1/count."""
    return mpmath.fsum(mpmath.exp(mpmath.cos(2 * mpmath.pi * (j + 0.5) / count)) for j in range(count)) / count


def test_the_first_two_meshes_that_agree_and_no_more() -> None:
    used = []

    def rule(count: int) -> mpf:
        used.append(count)
        return midpoint_rule(count)

    with mpmath.workdps(40):
        value = agree(rule, (4, 8, 16, 32, 64, 128), 12, "I_0(1)")
        assert used == [4, 8, 16, 32]
        assert value == midpoint_rule(32)
        assert abs(value - mpmath.besseli(0, 1)) < mpf(10) ** -30


def test_every_value_of_a_tuple_must_agree() -> None:
    values = {1: (mpf(1), mpf(3)), 2: (mpf(1), mpf(4)), 3: (mpf(2), mpf(4)), 4: (mpf(2), mpf(4))}
    assert agree(values.__getitem__, (1, 2, 3, 4), 10, "two numbers") == (2, 4)
    with pytest.raises(ValidationError, match="two numbers: the meshes do not agree to 10 digits; ask for fewer digits"):
        agree(values.__getitem__, (1, 2, 3), 10, "two numbers")


def test_the_error_is_relative_unless_a_scale_stands_beside() -> None:
    small = {1: mpf("1e-20"), 2: mpf("2e-20")}
    with pytest.raises(ValidationError, match="use a larger t"):
        agree(small.__getitem__, (1, 2), 10, "a small number", "use a larger t")
    assert agree(small.__getitem__, (1, 2), 10, "a small number", beside=1) == small[2]
    with pytest.raises(ValidationError):
        agree(small.__getitem__, (1, 2), 21, "a small number", beside=1)


@pytest.mark.parametrize("meshes", [(), (64,)])
def test_one_mesh_agrees_with_nothing(meshes: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        agree(midpoint_rule, meshes, 10, "I_0(1)")


def test_a_value_that_is_no_number_agrees_with_nothing() -> None:
    with pytest.raises(ValidationError):
        agree(lambda _: mpmath.nan, (1, 2, 3), 10, "nothing")
