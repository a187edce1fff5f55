"""The derivation engine: a chain of named steps from a quantity's definition to a registered formula.

Every step is checked when it is taken, by its rule, and checked to fail when its right side is perturbed: a step whose check
cannot fail is refused. The last step must be the registered statement. What was proved symbolically and what only agrees
numerically is recorded and never mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Expr, Rational, expand, limit

from infscale_sym import registry
from infscale_sym.derive.cached import simplify
from infscale_sym.derive.perturb import perturbations
from infscale_sym.errors import DerivationError, UnknownFormula
from infscale_sym.notation.formula import Formula
from infscale_sym.notation.relations import AsymptoticTo, AtMost


@dataclass(frozen=True)
class Evidence:
    """How a step was checked: 'symbolic', 'instances' (symbolic at a few k only) or 'numeric', with one line of detail.

    `at_most`: the step is an inequality, before <= after.
    """

    kind: str
    detail: str
    at_most: bool = False


class Rule(Protocol):
    """A rule checks one step. It returns its evidence, or raises DerivationError saying what does not follow."""

    name: str

    def check(self, before: Expr, after: Expr) -> Evidence:
        """Verify that `after` follows from `before`."""
        ...


@dataclass(frozen=True)
class Step:
    """One line of a derivation."""

    before: Expr
    after: Expr
    rule: str
    reason: str
    evidence: Evidence
    hypotheses: tuple[str, ...] = ()
    remainder: Expr | None = None
    caught: str = ""
    uses: tuple[str, ...] = ()  # ids of the registered formulas that the rule put in

    def __repr__(self) -> str:
        return f"<step: {self.rule}, {self.evidence.kind}>"

    def _repr_markdown_(self) -> str:
        from infscale_sym.present.notebook import step_markdown

        return step_markdown(self)


class Derivation:
    """A chain of equal (or asymptotically equal) expressions that starts from a named quantity and ends in a formula.

    `formula`: a Formula, registered or not, or the id of a registered one. `start`: where the chain begins, by default the
    statement's left side. `claim(...)` takes a step; `conclude()` demands that the chain ends in the formula.
    """

    def __init__(self, formula: Formula | str, start: Expr | None = None, opening: str = "") -> None:
        if not isinstance(formula, (Formula, str)):
            raise DerivationError(f"a derivation is that of a Formula, or of the id of a registered one; got {formula!r}")
        self._formula = formula if isinstance(formula, Formula) else None
        self.id = formula.id if isinstance(formula, Formula) else formula
        self.start = self.formula.statement.lhs if start is None else start
        self.opening = opening
        self.steps: list[Step] = []
        self.concluded = False

    @property
    def formula(self) -> Formula:
        """The formula that this derivation must reach. Raises DerivationError if no formula has its id."""
        if self._formula is None:
            try:
                self._formula = registry.formula(self.id)
            except UnknownFormula as error:
                raise DerivationError(str(error)) from None
        return self._formula

    @property
    def last(self) -> Expr:
        """Where the chain stands."""
        return self.steps[-1].after if self.steps else self.start

    def claim(
        self,
        after: Expr,
        rule: Rule,
        reason: str,
        hypotheses: Sequence[str | tuple[str, Callable[[], bool]]] = (),
        remainder: Expr | None = None,
    ) -> Step:
        """Take one step to `after`. `remainder`: the order of what the step leaves out, where its rule does not say it itself.

        Raises DerivationError if the rule's check fails, if a hypothesis is false, or if the check would have passed with a
        perturbed right side."""
        if self.concluded:
            raise DerivationError(f"{self.id}: the derivation is concluded; a further step needs a new Derivation")
        if isinstance(rule, type) or not hasattr(rule, "check") or not isinstance(after, Expr):
            raise DerivationError(
                f"{self.id}: a step is claim(expression, rule, reason), the rule an object like Algebra(); got "
                f"{type(after).__name__} and {rule.__name__ if isinstance(rule, type) else repr(rule)}"
            )
        met = []
        for hypothesis in hypotheses:
            if isinstance(hypothesis, tuple):
                words, holds = hypothesis
                if not holds():
                    raise DerivationError(f"{self.id}, {rule.name}: the hypothesis '{words}' does not hold")
                met.append(words + " (checked)")
            else:
                met.append(hypothesis)
        before = self.last
        remainder = self._order_left_out(rule, remainder)
        try:
            with registry.reading() as uses:
                evidence = rule.check(before, after)
        except DerivationError as error:
            raise DerivationError(f"{self.id}, step {len(self.steps) + 1} ({rule.name}): {error}") from None
        caught = self._control(before, after, rule)
        step = Step(before, after, rule.name, reason, evidence, tuple(met), remainder, caught, tuple(uses))
        self.steps.append(step)
        return step

    def conclude(self) -> Derivation:
        """Demand that the chain is the registered statement; raises DerivationError otherwise."""
        statement = self.formula.statement
        if not self.steps:
            raise DerivationError(f"{self.id}: a derivation needs at least one step")
        if self.start != statement.lhs:
            raise DerivationError(f"{self.id}: starts from {self.start}, but the statement is about {statement.lhs}")
        difference = self.last - statement.rhs
        if difference != 0 and expand(difference) != 0 and simplify(difference, doit=False) != 0:
            raise DerivationError(f"{self.id}: ends in {self.last}, but the registered right side is {statement.rhs}")
        if any(step.evidence.at_most for step in self.steps) and not isinstance(statement, AtMost):
            raise DerivationError(f"{self.id}: a chain with an inequality cannot end in an equality")
        remainders = [step.remainder for step in self.steps if step.remainder is not None]
        if isinstance(statement, AsymptoticTo):
            if not remainders or simplify(remainders[-1] / statement.remainder).free_symbols & {statement.variable}:
                raise DerivationError(f"{self.id}: the statement's remainder O({statement.remainder}) was not derived")
            for remainder in remainders:
                pace = limit(simplify(remainder / statement.remainder), statement.variable, statement.limit)
                if pace.is_infinite:
                    raise DerivationError(
                        f"{self.id}: a step leaves out O({remainder}), more than the statement's O({statement.remainder})"
                    )
        elif remainders:
            raise DerivationError(f"{self.id}: an approximation cannot end in an equality")
        self.concluded = True
        return self

    @property
    def uses(self) -> tuple[str, ...]:
        """The ids of the registered formulas that its steps put in, in the order in which they are needed."""
        return tuple(dict.fromkeys(id for step in self.steps for id in step.uses if id != self.id))

    @property
    def all_symbolic(self) -> bool:
        """Whether every step was checked symbolically, for all k."""
        return all(step.evidence.kind == "symbolic" for step in self.steps)

    @property
    def verdict(self) -> str:
        """'proved' if every step is symbolic for all k ('proved, given ...' where registered formulas are put in, whose own
        derivations are others), else 'derived (...)'; 'unfinished' before conclude()."""
        if not self.concluded:
            return "unfinished"
        if self.all_symbolic:
            return f"proved, given {', '.join(self.uses)}" if self.uses else "proved"
        kinds = [step.evidence.kind for step in self.steps]
        symbolic, instances, numeric = (kinds.count(kind) for kind in ("symbolic", "instances", "numeric"))
        parts = [f"{symbolic} symbolic"] + [f"{instances} at k = 2, 3, 4"] * (instances > 0)
        return f"derived ({', '.join(parts + [f'{numeric} numeric'] * (numeric > 0))})"

    def latex(self) -> str:
        """The derivation as LaTeX: an align environment, each step's rule, reason and check between its lines."""
        from infscale_sym.present.steps import derivation_align

        return derivation_align(self)

    def _repr_markdown_(self) -> str:
        from infscale_sym.present.notebook import derivation_markdown

        return derivation_markdown(self)

    def _order_left_out(self, rule: Rule, said: Expr | None) -> Expr | None:
        """The remainder of a step: that which its rule measures, and no other."""
        measured: Any = getattr(rule, "remainder", None)
        if not isinstance(measured, Expr):
            return said
        if said is not None and simplify(said / measured).free_symbols & measured.free_symbols:
            raise DerivationError(f"{self.id}, {rule.name}: the rule measures the remainder {measured}, not {said}")
        return measured if said is None else said

    def _control(self, before: Expr, after: Expr, rule: Rule) -> str:
        """Perturb the right side through the same check; every perturbation must be caught."""
        tried = 0
        # A rule that rests on draws says itself how small a change it sees.
        amount = getattr(rule, "sensitivity", Rational(1, 10**6))
        for _, wrong in perturbations(after, amount, most=3):
            try:
                rule.check(before, wrong)
            except DerivationError:
                tried += 1
            else:
                raise DerivationError(f"{self.id}, {rule.name}: the check also passes for {wrong}: it proves nothing")
        if not tried:
            raise DerivationError(f"{self.id}, {rule.name}: the right side could not be perturbed")
        size = "10^6" if amount == Rational(1, 10**6) else str(1 / amount)
        return f"{tried} perturbations of one part in {size} caught"

    def __repr__(self) -> str:
        return f"<derivation of {self.id}: {self.verdict}>"
