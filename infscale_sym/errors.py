"""What a user can get wrong, each with one clear line: what came, what is valid, what to do."""

from __future__ import annotations


class InfscaleError(Exception):
    """Base of every error that a user of infscale-sym is meant to read."""


class DomainError(InfscaleError, ValueError):
    """A parameter is no number or lies outside the range that the message states."""


class UnknownFormula(InfscaleError, LookupError):
    """No registered formula has this id; the message suggests the nearest ones."""


class ValidationError(InfscaleError, ArithmeticError):
    """A result did not agree with its own check (two precisions, two meshes); it is not returned."""


class DerivationError(InfscaleError, AssertionError):
    """A step of a derivation does not follow, or its end is not the registered formula."""


class NotationError(InfscaleError, ValueError):
    """Two things share one name: a quantity defined anew with another definition, a symbol with other assumptions, an id
    of another package; or a topic that cannot be registered."""


class EvaluationError(InfscaleError, TypeError):
    """A quantity has neither an evaluator in the arithmetic asked for nor a definition from which numbers can be had."""
