"""What a verification found: three legs (derivation, digits, simulation), a verdict in words, and what was expected."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

#: Summary of a simulation with too few draws to tell the claim from a wrong one: neither agreement nor disagreement.
INCONCLUSIVE = "inconclusive"
#: Summary of a leg whose computation broke off.
NOT_COMPUTED = "not computed"


@dataclass(frozen=True)
class Leg:
    """One leg of the evidence. `agrees` is None where it has no say: not derived, not simulable, inconclusive, not computed."""

    name: str  # "derivation", "digits" or "simulation"
    summary: str  # a few words, for tables: "proved", "50 digits (enclosure)", "1.2 standard errors"
    agrees: bool | None
    evidence: str = ""  # one or two sentences
    numbers: dict[str, Any] = field(default_factory=dict)  # JSON-ready: strings, ints, lists

    def __post_init__(self) -> None:
        if self.agrees is not None:  # comparisons of NumPy numbers give NumPy's own booleans
            object.__setattr__(self, "agrees", bool(self.agrees))


@dataclass(frozen=True)
class Verdict:
    """The verdict on one formula, with its evidence."""

    id: str
    verdict: str  # in the words of notation.formula.Expected
    expected: str
    legs: tuple[Leg, ...]
    smallest_caught: str  # the smallest perturbation of the claim that this verification catches
    seconds: float
    digits: int
    quick: bool = False

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the expected one; `unknown` never is."""
        return self.verdict == self.expected and self.verdict != "unknown"

    def leg(self, name: str) -> Leg:
        """The leg of that name."""
        return next(leg for leg in self.legs if leg.name == name)

    def __str__(self) -> str:
        from infscale_sym.present.report import verdict_lines

        return "".join(verdict_lines(self.as_dict())).rstrip()

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self) | {"as_expected": self.as_expected, "seconds": round(self.seconds, 3)}
