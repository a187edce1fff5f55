r"""The reader's own notation: a TOML or JSON file that maps names of this project to LaTeX, e.g. `tau = "\\Delta_T/s"`.

The values are text that is put into LaTeX and never evaluated. They are checked: balanced, one line, and only commands
of mathematics, so that a file from elsewhere can neither read nor write anything when the result is compiled.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sympy import Symbol

from infscale_sym import registry
from infscale_sym.errors import DomainError
from infscale_sym.notation.quantity import Quantity
from infscale_sym.present.width import group_end, tokens

LONGEST = 200

_COMMANDS = frozenset(
    re.findall(
        r"\w+",
        """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu
        xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta
        Lambda Xi Pi Sigma Upsilon Phi Psi Omega mathbb mathcal mathfrak mathscr mathrm mathbf
        mathit mathsf mathtt boldsymbol text textrm textit textbf operatorname hat widehat tilde
        widetilde bar overline underline vec dot ddot check breve acute grave mathring frac dfrac
        tfrac sqrt left right big Big bigl bigr Bigl Bigr ln log exp min max sup inf lim sin cos tan
        sinh cosh tanh det dim Pr ell hbar imath jmath Re Im partial nabla infty emptyset star ast
        prime dagger ddagger circ bullet cdot cdots ldots times div pm mp oplus otimes le leq ge geq
        neq approx sim simeq equiv propto ll gg in mid vert Vert lvert rvert langle rangle lfloor
        rfloor lceil rceil parallel perp to sum prod int quad qquad""",
    )
)
_SYMBOLS_AFTER_BACKSLASH = frozenset(",:;!|{} ")
_UNSAFE = re.compile(r"[%$&~\x00-\x1f\x7f]|\^\^|\\\\")


@dataclass(frozen=True)
class Renaming:
    """LaTeX that replaces the project's own: for symbols, and for quantities either a letter or a template with #1, #2 ..."""

    symbols: Mapping[Symbol, str] = field(default_factory=dict)
    quantities: Mapping[type[Quantity], str] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, names: Mapping[str, Any]) -> Renaming:
        """From names to LaTeX.

        A name is a symbol's (`tau`), a quantity's (`SelectionError`) or a quantity's letter (`F`). A quantity whose letter
        is that of a symbol (`kappa`, `lambda`) follows it. Raises DomainError for unknown names and unsafe or broken LaTeX.
        """
        known = known_names()
        symbols: dict[Symbol, str] = {}
        quantities: dict[type[Quantity], str] = {}
        for name, value in names.items():
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise DomainError(f"no symbol is called {name!r}{hint}; the names are {', '.join(known)}")
            symbol, classes = known[name]
            most = 0 if symbol is not None else min(len(quantity.slots) for quantity in classes)
            latex = checked_latex(name, value, most)
            if symbol is not None:
                symbols[symbol] = latex
            for quantity in classes:
                quantities[quantity] = latex
        for name in names:  # a name of its own wins over the letter that it shares
            symbol, classes = known[name]
            if symbol is None and len(classes) == 1:
                quantities[classes[0]] = checked_latex(name, names[name], len(classes[0].slots))
        return cls(symbols, quantities)

    @classmethod
    def from_file(cls, path: str | Path) -> Renaming:
        """From a .toml or .json file of names and strings. Raises DomainError with one line for anything else."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise DomainError(f"cannot read the symbols file {path}: {reason}") from None
        try:
            names = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
        except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            reason = str(error).splitlines()[0]
            raise DomainError(f"the symbols file {path} is not valid {path.suffix[1:].upper() or 'TOML'}: {reason}") from None
        if not isinstance(names, dict):
            raise DomainError(f"the symbols file {path} must map names to LaTeX strings; got {type(names).__name__}")
        return cls.from_mapping(names)


def core(quantity: type[Quantity]) -> str:
    """The letter of a quantity: its template up to the first subscript, bracket or bar, without a leading logarithm."""
    text = quantity.template.replace("{{", "{").replace("}}", "}").removeprefix(r"\ln ")
    return re.split(r"_\{\{?\d|\\left|\\Big", text)[0]


@cache
def known_names() -> dict[str, tuple[Symbol | None, tuple[type[Quantity], ...]]]:
    """name -> (symbol, quantities that carry it): symbols, quantities by class name, and quantities by letter."""
    known: dict[str, tuple[Symbol | None, tuple[type[Quantity], ...]]] = {}
    letters: dict[str, list[type[Quantity]]] = {}
    lettered = [cls for cls in registry.quantities() if core(cls) and not re.match(r"\\(sup|left)|\{", cls.template)]
    for cls in lettered:
        letters.setdefault(core(cls), []).append(cls)
    for line in registry.symbol_entries():
        followers = tuple(letters.pop(line.latex, ()))
        known[line.symbol.name] = (line.symbol, followers)
    for letter, quantities in letters.items():
        alias = re.sub(r"\\overline\{(\w+)\}", r"\1bar", letter)
        alias = re.sub(r"\\math\w+|[\\{}^_]", "", alias)
        known.setdefault(alias, (None, tuple(quantities)))
    for cls in lettered:
        known[cls.__name__] = (None, (cls,))
    return known


def checked_latex(name: str, value: Any, arguments: int = 0) -> str:
    """`value` if it is safe and balanced LaTeX mathematics with at most `arguments` parameters #1, #2 ...

    Raises DomainError saying what is wrong with the text given for `name`.
    """

    def refuse(why: str) -> DomainError:
        return DomainError(f"the LaTeX for {name} {why}; got {value!r}")

    if not isinstance(value, str):
        raise refuse("must be a string")
    text = value.strip()
    if not text or len(text) > LONGEST:
        raise refuse(f"must have 1 to {LONGEST} characters")
    if _UNSAFE.search(text):
        raise refuse("must be one line without % $ & ~ \\\\ or ^^")
    if not text.isascii():
        raise refuse("must be ASCII (write \\Delta, not the letter)")
    depth = lefts = 0
    parts = tokens(text)
    for at, part in enumerate(parts):
        if len(part) > 1:
            word = part[1:]
            if word not in _COMMANDS and word not in _SYMBOLS_AFTER_BACKSLASH:
                raise refuse(f"uses {part}, which is not among the commands of mathematics that are accepted")
            lefts += {"left": 1, "right": -1}.get(word, 0)
            if lefts < 0 or (word in ("left", "right") and at + 1 == len(parts)):
                raise refuse("has \\left and \\right that do not match")
        elif part == "\\":
            raise refuse("ends in a backslash")
        elif part == "#":
            following = parts[at + 1] if at + 1 < len(parts) else ""
            if not (following.isdigit() and 1 <= int(following) <= arguments):
                valid = f"#1 to #{arguments}" if arguments else "no parameters"
                raise refuse(f"uses # otherwise than as a parameter (it has {valid})")
        elif part in "^_" and (at + 1 == len(parts) or parts[at + 1] in ("}", "^", "_")):
            raise refuse(f"has {part} with nothing after it")
        depth += {"{": 1, "}": -1}.get(part, 0)
        if depth < 0:
            raise refuse("has unbalanced braces")
    if depth:
        raise refuse("has unbalanced braces")
    if lefts:
        raise refuse("has \\left and \\right that do not match")
    if _double_script(parts):
        raise refuse("has two superscripts or two subscripts on one letter")
    return text


def _double_script(parts: list[str]) -> bool:
    seen: set[str] = set()
    at = 0
    while at < len(parts):
        if parts[at] in ("^", "_"):
            if parts[at] in seen:
                return True
            seen.add(parts[at])
            end = group_end(parts, at + 1)
            if _double_script(parts[at + 1 : end]):
                return True
            at = end
            continue
        seen = set()
        at += 1
    return False
