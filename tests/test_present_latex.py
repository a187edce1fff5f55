"""What is printed: it says the same as the expression, KaTeX and pdflatex accept it, and the reader's notation is safe."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sympy
from sympy import Add, Mul, exp, expand, pi, simplify, sqrt

from infscale_sym import registry
from infscale_sym.catalog import Formula, formula, formulas
from infscale_sym.derive.engine import Derivation, Evidence, Step
from infscale_sym.errors import DomainError
from infscale_sym.notation.operators import normal_density
from infscale_sym.present.arrange import Parts, ordered_terms, parts_of
from infscale_sym.present.document import FORMATS, label, render
from infscale_sym.present.glossary import glossary
from infscale_sym.present.latex import LINE, expr_latex, statement_latex, statement_lines
from infscale_sym.present.prose import to_html, to_markdown, to_tex
from infscale_sym.present.rename import Renaming
from infscale_sym.present.steps import derivation_align, derivation_markdown, step_lines
from infscale_sym.present.width import tightness, width
from infscale_sym.theory.regression.notation import sigma
from infscale_sym.theory.selection.notation import k, rho, t, tau
from tests.shared import derived

FORMULAS = registry.formulas()
QUANTITIES = registry.quantities()

SLOW = "best-of-k.averaged.corrected"

# KaTeX.


@cache
def katex() -> Any:
    """f(latex) -> None or the error, from KaTeX in quickjs; skips where quickjs does not exist for this Python."""
    quickjs = pytest.importorskip("quickjs", reason="quickjs has no wheel for this Python: KaTeX cannot run")
    context = quickjs.Context()
    context.eval((files("infscale_sym.present") / "katex" / "katex.min.js").read_text(encoding="utf-8"))
    context.eval(
        "function check(s) { try { katex.__parse(s, {displayMode: true, strict: 'error'}); return ''; }"
        " catch (e) { return String(e); } }"
    )
    return cache(lambda text: context.eval(f"check({json.dumps(text)})") or None)


def without_references(text: str) -> str:
    """KaTeX knows no labels and no \\intertext; the environment `align` is `align*` without numbers."""
    text = re.sub(r"\\(label|eqref)\{[^}]*\}", "", text).replace(r"\notag", "")
    return re.sub(r"\{(equation|align)\}", r"{\1*}", text)


def mathematics(text: str, format: str) -> list[str]:
    """Every piece of mathematics in an export."""
    if format == "html":
        found = re.findall(r'<(div|span) class="math">(.*?)</\1>', text, re.DOTALL)
        return [sympy_unescape(body) for _, body in found]
    if format == "markdown":
        blocks = re.findall(r"\$\$\n(.*?)\n\$\$", text, re.DOTALL)
        rest = re.sub(r"\$\$\n.*?\n\$\$", "", text, flags=re.DOTALL)
        return blocks + re.findall(r"(?<![\\$])\$(?!\$)(.+?)(?<!\\)\$", rest)
    text = cut_intertext(text)
    found = re.findall(r"\\begin\{(equation|align\*?)\}(.*?)\\end\{\1\}", text, re.DOTALL)
    blocks = [without_references(rf"\begin{{{name}}}{body}\end{{{name}}}") for name, body in found]
    rest = re.sub(r"\\begin\{(equation|align\*?)\}.*?\\end\{\1\}", "", text, flags=re.DOTALL)
    return blocks + re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", rest)


def sympy_unescape(text: str) -> str:
    import html

    return html.unescape(text)


def cut_intertext(text: str) -> str:
    """Take the words of \\intertext out of the environments, keeping what is mathematics in them at the end."""
    kept = []
    while (at := text.find(r"\intertext{")) >= 0:
        depth, end = 0, at + len(r"\intertext")
        for end in range(at + len(r"\intertext"), len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
            if depth == 0:
                break
        kept.append(text[at + len(r"\intertext{") : end])
        text = text[:at] + text[end + 1 :]
    return text + "\n".join(["", *kept])


def sample_derivation() -> Derivation:
    """Steps by hand, of every kind that printing must cope with: a remainder, hypotheses, a long line."""
    record = formula("best-of-k.leading")
    long = Add(*(sigma**n / (k**n * (1 + rho**n)) for n in range(1, 30)))
    steps = [
        Step(record.statement.lhs, long * pi, "expand", "sum_j w_j is 100 % of x_1 & more", Evidence("symbolic", "a_b ^ c")),
        Step(long * pi, record.statement.rhs, "Watson's lemma", "", Evidence("numeric", "# 2"), ("p > 0 (checked)",), k**-3),
    ]
    derivation = Derivation("best-of-k.leading", record.statement.lhs, "from the definition")
    derivation.steps, derivation.concluded = steps, True
    return derivation


@pytest.fixture(scope="module")
def derivations() -> dict[str, Derivation]:
    """The last derivation of every fifth script, run now; that of `best-of-k.leading` by hand.

    All of them would take minutes: `infscale verify` runs them. One is left out for its numerical checks of half a minute.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        scripts: dict[str, list[Formula]] = {}
        for entry in formulas():
            if entry.script and entry.id not in (SLOW, "best-of-k.leading"):
                scripts.setdefault(entry.script, []).append(entry)
        done = {own[-1].id: derived(own[-1].id) for own in [*scripts.values()][::5]}
    return done | {"best-of-k.leading": sample_derivation()}


@pytest.mark.parametrize("format", FORMATS)
def test_katex_accepts_everything_exported(format: str, derivations: dict[str, Derivation]):
    check = katex()
    pieces = mathematics(render(FORMULAS, format, None, derivations), format)
    assert len(pieces) >= len(FORMULAS) if format != "align" else pieces
    failures = {piece: error for piece in pieces if (error := check(piece))}
    assert failures == {}


def test_katex_accepts_every_statement_and_every_definition():
    check = katex()
    texts = [entry.latex() for entry in formulas()]
    for cls in QUANTITIES:
        named = cls(*cls.slots)
        texts += [expr_latex(named), expr_latex(named.unfold()), expr_latex(named**2)]
    texts += [line.latex for line in registry.symbol_entries()]
    assert {text: error for text in texts if (error := check(text))} == {}


@pytest.mark.parametrize("broken", [r"\frac{1}", r"x^2^3", r"\left( x", r"\unknowncommand x", r"{x", r"x_", r"a & b"])
def test_katex_rejects_what_is_broken(broken: str):
    assert katex()(broken)


# The printed form says the same.


def every_expression() -> list[Any]:
    parts: list[Any] = []
    for record in FORMULAS:
        parts += [record.statement.lhs, record.statement.rhs]
    for cls in QUANTITIES:
        parts.append(cls(*cls.slots).unfold())
    return [node for part in parts for node in sympy.preorder_traversal(part)]


def multiplied(parts: Parts) -> Any:
    below = Mul(*parts.below) * sqrt(Mul(*parts.root_below))
    return parts.coefficient * Mul(*parts.above) * Mul(*parts.behind) * sqrt(Mul(*parts.root_above)) / below


def test_rearranged_products_and_sums_are_the_same_expression():
    products = {node for node in every_expression() if isinstance(node, Mul)}
    assert len(products) > 50
    for product in products:
        assert simplify(expand(multiplied(parts_of(product)) - product)) == 0, product
    for total in {node for node in every_expression() if isinstance(node, Add)}:
        assert Add(*ordered_terms(total)) == total


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (1 - t, "1 - t"),
        (tau - rho, r"\tau - \rho"),
        (pi * exp(tau**2) / k**2, r"\frac{\pi e^{\tau^{2}}}{k^{2}}"),
        (normal_density(tau), r"\frac{e^{- \tau^{2}/2}}{\sqrt{2 \pi}}"),
        (-(tau**2) / 2, r"- \frac{\tau^{2}}{2}"),
        (sqrt(2 / pi) * tau, r"\sqrt{\frac{2}{\pi}} \tau"),
        ((20 * tau**2 - 20) * pi, r"- 20 \pi (1 - \tau^{2})"),
        (2 * 3**k, r"2 \cdot 3^{k}"),
        ((tau + 1) / (rho + 2), r"\frac{1 + \tau}{2 + \rho}"),
        ((-tau) ** 2 * (-rho), r"- \tau^{2} \rho"),
        (exp(-1 / tau), r"e^{- 1/\tau}"),
        (sympy.log(1 + k), r"\ln(k + 1)"),
        (sympy.Rational(-2, 3), r"- \frac{2}{3}"),
        (1 / sqrt(1 + tau), r"\frac{1}{\sqrt{1 + \tau}}"),
        ((1 + tau) ** -2, r"\frac{1}{(1 + \tau)^{2}}"),
    ],
)
def test_known_expressions(expr: Any, wanted: str):
    assert expr_latex(expr) == wanted


def test_no_line_is_too_wide():
    for record in FORMULAS:
        for line in statement_lines(record.statement):
            assert line.count("&") == 1
            assert width(line) <= 1.12 * LINE, line


def test_the_method_of_the_entry_is_this_one():
    assert formula("best-of-k.leading").latex() == statement_latex(formula("best-of-k.leading"))


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [("x", "atom"), ("x_{2}", "atom"), ("12", "atom"), ("(a+b)", "product"), ("x^2", "power"), ("a b", "product"),
     (r"a/b", "product"), (r"\frac{a}{b}", "product"), ("a+b", "sum"), (r"\mathrm{df}_1", "atom"), (r"\ln x", "product"),
     (r"\left(a+b\right)", "atom"), (r"\sqrt{a+b}", "atom")],
)  # fmt: skip
def test_tightness(latex: str, wanted: str):
    if latex.startswith(("(", r"\left")):
        assert tightness(latex) in ("atom", "product")  # brackets never need more brackets in a product
        return
    assert tightness(latex) == wanted


# Words.


def test_words_become_mathematics_where_they_are_and_stay_words_where_not():
    assert to_tex("delta/s^2, 50 % of a_b & c") == r"$\delta$/$s^{2}$, 50 \% of $a_{b}$ \& $c$"
    assert to_tex("a judge's best-of-k, HP's R") == "a judge's best-of-k, HP's $R$"
    assert to_tex("exp(tau^2/2)/k, k -> oo") == r"exp($\tau^{2}$/2)/$k$, $k$ $\to$ $\infty$"
    assert to_tex("σ² and Δ_T") == r"$\sigma^{2}$ and $\Delta_{T}$"
    assert to_tex(r"\input{x} ~ #1 ^") == r"\textbackslash{}input\{$x$\} \textasciitilde{} \#1 \textasciicircum{}"
    assert to_markdown("x_1 | `one` <two>") == r"$x_{1}$ \| \`one\` \<two\>"
    assert to_html("<b> & k^2") == '&lt;<span class="math">b</span>&gt; &amp; <span class="math">k^{2}</span>'


# The reader's notation.


def test_symbols_and_heads_follow_the_reader(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text('tau = "\\\\Delta_T/s"\nkappa = "R"\nF = "\\\\mathcal{E}"\n')
    mine = Renaming.from_file(file)
    leading = statement_latex(formula("best-of-k.leading"), mine)
    assert r"\mathcal{E}_{k}(0;\Delta_T/s,\Delta_T/s)" in leading
    assert r"e^{(\Delta_T/s)^{2}}" in leading
    isotropic = statement_latex(formula("ridge.isotropic"), mine)
    assert isotropic.startswith("R = ")
    assert r"\tau" not in leading
    full = Renaming.from_mapping({"SelectionError": r"\delta_{#1}(#3,#4;#2)"})
    assert r"\delta_{k}(\tau,\tau;0)" in statement_latex(formula("best-of-k.leading"), full)
    difference = Renaming.from_mapping({"rho": "a-b"})
    assert expr_latex(2 * rho + (tau - rho), difference).count("(a-b)") >= 1
    assert katex()(leading) is None


@pytest.mark.parametrize("format", FORMATS)
def test_the_readers_notation_passes_katex_everywhere(format: str, derivations: dict[str, Derivation]):
    names = {line.symbol.name: r"\hat{x}_{1}" for line in registry.symbol_entries()}
    names |= {"F": "E^{(1)}_b", "S": "G", "Q": r"\langle q^2\rangle", "sigma": "u+v", "k": "N^2", "rho": r"a/b"}
    mine = Renaming.from_mapping(names)
    pieces = mathematics(render(FORMULAS, format, mine, derivations), format)
    check = katex()
    assert {piece: error for piece in pieces if (error := check(piece))} == {}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (r"\input{secret}", "not among the commands"),
        (r"\write18{rm}", "not among the commands"),
        (r"\def\x{}", "not among the commands"),
        (r"\csname input\endcsname", "not among the commands"),
        ("^^5cinput", "must be one line without"),
        ("a\nb", "must be one line without"),
        ("a % b", "must be one line without"),
        ("$x$", "must be one line without"),
        ("{a", "unbalanced braces"),
        ("a}{", "unbalanced braces"),
        (r"\left(a", "do not match"),
        ("x^", "nothing after it"),
        ("x^2^3", "two superscripts"),
        ("#1", "otherwise than as a parameter"),
        ("τ", "must be ASCII"),
        ("", "1 to 200 characters"),
        ("x" * 201, "1 to 200 characters"),
        ("\\", "ends in a backslash"),
        (7, "must be a string"),
        (["x"], "must be a string"),
    ],
)
def test_unsafe_or_broken_latex_is_refused(value: Any, said: str):
    with pytest.raises(DomainError, match=re.escape(said)) as caught:
        Renaming.from_mapping({"tau": value})
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.toml", "tua = 'x'", "did you mean tau"),
        ("a.toml", "tau = ", "not valid TOML"),
        ("a.json", "{", "not valid JSON"),
        ("a.json", "[1]", "must map names to LaTeX"),
        ("missing.toml", None, "cannot read the symbols file"),
    ],
)
def test_bad_symbol_files_give_one_line(tmp_path: Path, name: str, text: str | None, said: str):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(DomainError, match=re.escape(said)) as caught:
        Renaming.from_file(tmp_path / name)
    assert len(str(caught.value).splitlines()) == 1


# Notation table and documents.


def test_the_notation_table_lists_exactly_what_is_used():
    record = formula("best-of-k.leading")
    assert [line.latex for line in glossary([record.statement]).lines] == ["k", "t", r"\tau", r"\rho", r"F_{k}(t;\tau,\rho)"]
    table = glossary([formula("ridge.isotropic").statement])
    by_latex = {line.latex: line for line in table.lines}
    assert set(by_latex) == {r"\lambda", r"\alpha", r"\Sigma", r"\kappa"}
    assert by_latex[r"\kappa"].papers == "HP: R"
    assert table.definitions == ()
    both = {str(type(quantity).__name__) for quantity, _ in glossary([formula("selection.integral").statement]).definitions}
    assert both == {"SelectionIntegral", "WeightLaplace", "ErrorLaplace"}


def test_labels_are_unique_and_plain():
    labels = [label(record.id) for record in FORMULAS]
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"eq:[a-z0-9-]+", name) for name in labels)
    text = render(FORMULAS, "tex")
    for name in labels:
        assert text.count(rf"\label{{{name}}}") == 1


def test_documents_carry_what_a_formula_carries():
    record = formula("best-of-k.averaged.printed")
    for format in ("tex", "markdown", "html"):
        text = render([record], format)
        assert "Remark 5" in text
        assert "refuted" in text
        assert "averaged" in text
        assert "isotropic" in text.lower()


def test_the_page_needs_no_network():
    text = render([formula("best-of-k.leading")], "html")
    body = text.replace("http://www.w3.org/", "")  # names of XML vocabularies inside KaTeX, never fetched
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", body)
    assert not re.search(r"url\((?!data:)", body)
    assert text.count("@font-face") >= 5
    assert "</script" not in re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]


def test_steps_show_rule_reason_evidence_and_the_order_left_out(derivations: dict[str, Derivation]):
    text = derivation_markdown(derivations["best-of-k.leading"])
    assert "**2. Watson's lemma.**" in text
    assert "Under: $p$ $>$ 0 (checked)" in text
    assert r"+ \mathcal{O}\!\left(\frac{1}{k^{3}}\right)" in text
    assert "checked numerically" in text.lower()
    lines = list(step_lines(derivations["best-of-k.leading"]))
    assert len(lines[0].lines) > 2  # the long one was broken
    assert sum("mathcal{O}" in line.latex for line in lines) == 1


def test_only_what_is_shown_imports_present():
    root = Path(registry.__file__).parent
    checked = 0
    for path in root.rglob("*.py"):
        folder, text = path.relative_to(root).parts[0], path.read_text()
        if folder in ("present", "cli") or path.name.startswith("figures") or path.name.endswith("figures.py"):
            continue
        checked += 1
        assert not re.search(r"^(from|import) infscale_sym\.present", text, re.MULTILINE), path
        # Inside functions neither, but for the methods of a formula and of a derivation.
        facade = folder in ("notation", "derive") and path.name in ("formula.py", "check.py", "engine.py")
        if folder in ("notation", "evaluate", "sampling", "theory", "derive") and not facade:
            assert "infscale_sym.present" not in text, path
    assert checked > 150


def test_a_chain_from_a_wide_quantity_stays_on_the_page():
    """The lines are aligned at their signs, so that what stands before the first sign moves all of them to the right."""
    start = Add(*(rho**n / (1 + tau**n) for n in range(2, 5)))
    long = Add(*(sigma**n / (k**n * (1 + rho**n)) for n in range(1, 12)))
    step = Step(start, long, "expand", "", Evidence("symbolic", ""))
    long = Derivation("best-of-k.leading", start)
    long.steps = [step]
    for chain, wide in ((long, True), (sample_derivation(), False)):
        body = cut_intertext(derivation_align(chain)).split(r"\begin{align}")[1].split(r"\end{align}")[0]
        rows = [row.replace(r"\notag", "").split("&") for row in body.split("\\\\")]
        before, after = (max(width(row[side]) for row in rows) for side in (0, 1))
        assert before + after <= 1.12 * (LINE + 12)
        assert (rows[0][0].strip() == "") is wide


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_complete_document_compiles_and_nothing_runs_off_the_page(tmp_path: Path, derivations: dict[str, Derivation]):
    (tmp_path / "all.tex").write_text(render(FORMULAS, "tex", None, derivations))
    assert overfull(tmp_path / "all.tex") == []


def overfull(path: Path, most: float = 20) -> list[str]:
    """Compile; the lines of the log about boxes that stick out by more than `most` points."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    done = SimpleNamespace(returncode=1, stdout="")
    for _ in range(2):
        done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False, errors="replace")
        assert done.returncode == 0, done.stdout[-2000:]
    log = path.with_suffix(".log").read_text(errors="replace")
    return [line for line in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\).*", log) if float(line) > most]
