"""The command as a whole: exit codes, one line for every mistake, examples that run, and what is imported when."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infscale_sym.cli import build_parser, common, main
from infscale_sym.errors import ValidationError

POINT = "--k 8 --t 0.5 --tau 1 --rho 1"
SELECTION = f"simulate selection {POINT} --trials 100"
REGRESSION = "simulate regression --n 20 --d 2 --sigma 1 --gamma 1 --k 2 --prompts 5 --training-sets 2"

# What is typed, and what the line on stderr must say.
BAD = {
    "": "required: COMMAND",
    "nonsense": "nonsense",
    "--nonsense": "COMMAND",
    "list --jso": "--jso",
    "list extra": "extra",
    "show": "required: ID",
    "show best-of-k.leeding": "best-of-k.leading",
    "show --digits 5 ridge.bare": "from 15 to 1000; got 5",
    "verify ridge.bear": "ridge.bare",
    "verify ridge.bare --digits x": "digits must be a finite real number; got 'x'",
    "verify ridge.bare --jobs 0": "jobs must be an integer from 1",
    "verify ridge.bare --jobs 1.5": "jobs must be an integer from 1",
    "verify --report /dev/null/x": "cannot write '/dev/null/x'",
    "error": "required: --k, --t, --tau, --rho",
    "error --k --t 0 --tau 1 --rho 1": "--k: expected one argument",
    "error --k 0.5 --t 0 --tau 1 --rho 1": "k must lie in [1, 1e+16]; got 0.5",
    "error --k 1e17 --t 0 --tau 1 --rho 1": "got 1e17",
    "error --k nan --t 0 --tau 1 --rho 1": "k must be a finite real number; got 'nan'",
    "error --k inf --t 0 --tau 1 --rho 1": "k must be a finite real number; got 'inf'",
    "error --k abc --t 0 --tau 1 --rho 1": "got 'abc'",
    "error --k __import__('os') --t 0 --tau 1 --rho 1": "k must be a finite real number",
    "error --k 1,,2 --t 0 --tau 1 --rho 1": "empty entry",
    "error --k '' --t 0 --tau 1 --rho 1": "at least one number",
    "error --k 1:10 --t 0 --tau 1 --rho 1": "start:stop:xN",
    "error --k 1:10:x0 --t 0 --tau 1 --rho 1": "from 1 to 1e+07 points",
    "error --k 1:10:x20000000 --t 0 --tau 1 --rho 1": "from 1 to 1e+07 points",
    "error --k 8 --t -0.5 --tau 1 --rho 1": "t must lie in [1e-06, 1e+06] or be 0 or be inf; got -0.5",
    "error --k 8 --t 0:1:x3 --tau 1 --rho 1": "log-spaced points need finite ends > 0",
    "error --k 8 --t -inf --tau 1 --rho 1": "t must be a real number",
    "error --k 8 --t 0 --tau 41 --rho 1": "tau must lie in [-40, 40]; got 41",
    "error --k 8 --t 0 --tau 1 --rho -1e2": "rho must lie in [-40, 40]; got -1e2",
    "error --k 1:2:x5000 --t 1:2:x5000 --tau 1 --rho 1": "at most 1e+07 points; got 25000000",
    f"error {POINT} --digits 0": "digits must be an integer from 1 to 10000; got 0",
    f"error {POINT} --digits 1e9": "digits must be an integer",
    f"error {POINT} --digits 20 --jobs -1": "jobs must be an integer",
    f"error {POINT} -o missing/file": "cannot write 'missing/file'",
    f"error {POINT} -o .": "it is a folder",
    f"error {POINT} -o ''": "no file name",
    "simulate": "required: KIND",
    "simulate selection": "required: --k",
    f"{SELECTION} --trials 1": "trials must be an integer from 2",
    f"{SELECTION} --trials 2.5": "trials must be an integer",
    f"{SELECTION} --k 2.5": "k must be an integer from 1",
    f"{SELECTION} --k 0": "k must be an integer from 1",
    f"{SELECTION} --t -1": "t must lie in",
    f"{SELECTION} --tau 1e7": "tau must lie in",
    f"{SELECTION} --seed -1": "seed must be an integer from 0",
    f"{SELECTION} --workers 0": "workers must be an integer from 1",
    f"{SELECTION} -o missing/file": "cannot write",
    f"{REGRESSION} --n 0": "n must be an integer from 1",
    f"{REGRESSION} --d 1.5": "d must be an integer from 1",
    f"{REGRESSION} --sigma 0": "sigma must be > 0",
    f"{REGRESSION} --gamma -1": "gamma must be > 0",
    f"{REGRESSION} --Sigma 0": "Sigma must be positive definite",
    f"{REGRESSION} --Sigma 1,-1": "Sigma must be positive definite",
    f"{REGRESSION} --Sigma 1,2,3": "Sigma must be a number or have shape (2,) or (2, 2)",
    f"{REGRESSION} --Sigma @missing.txt": "cannot read 'missing.txt'",
    f"{REGRESSION} --Sigma @.": "cannot read",
    f"{REGRESSION} --T -1": "T must be one number from 0",
    f"{REGRESSION} --judge inf": "judge must be a finite real number",
    f"{REGRESSION} --teacher-scale 0": "teacher-scale must be > 0",
    f"{REGRESSION} --prompts 0": "prompts must be an integer from 1",
    f"{REGRESSION} --training-sets 1": "training-sets must be an integer from 2",
}


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line, said in BAD.items():
        assert main(shlex.split(line)) == 2, line
        out, err = capsys.readouterr()
        assert out == "", line
        assert err.startswith("infscale"), line
        assert said in err, line
        assert err.count("\n") == 1, line
        assert err.endswith("\n"), line
        assert "Traceback" not in err, line
        assert list(tmp_path.iterdir()) == [], line


def test_the_last_of_a_repeated_option_counts(capsys):
    assert main(["error", *POINT.split(), "--k", "1", "--json"]) == 0
    (value,) = json.loads(capsys.readouterr().out)["values"]
    assert (value["k"], value["value"]) == ("1", "2.0")


WORDS = ["list", "show", "error", "simulate", "selection", "--k", "--t", "--tau=-1", "--rho", "--json", "--digits", "--", "-o",
         "-1", "-0.5,0.3", "1:10:x3", "inf", "@x", "", "\0", "\n", "\ud800", "--help", "-h"]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=6))
def test_any_words_are_understood_or_refused(words: list[str]):
    # The grammar only: what follows it is fuzzed in test_cli_numbers.
    try:
        build_parser().parse_args(common.attach_negative_values(words))
    except common.UsageError as problem:
        line = common.one_line(str(problem))
        assert line.isprintable()
    except common.Leave:
        pass


def test_a_computation_that_disagrees_is_exit_code_1(monkeypatch, capsys):
    def disagree(*_: object) -> None:
        raise ValidationError("two meshes differ\nby much")

    monkeypatch.setattr("infscale_sym.cli.error.Doubles", disagree)
    assert main(["error", *POINT.split()]) == 1
    assert capsys.readouterr() == ("", "infscale error: two meshes differ by much\n")


def test_interruption_is_exit_code_130_and_leaves_no_file(tmp_path: Path, monkeypatch, capsys):
    def interrupted(*_: object) -> object:
        yield "half "
        raise KeyboardInterrupt

    target = tmp_path / "out.json"
    target.write_text("before")
    monkeypatch.setattr("infscale_sym.cli.error._json", interrupted)
    assert main(["error", *POINT.split(), "--json", "-o", str(target)]) == 130
    assert capsys.readouterr() == ("", "infscale error: interrupted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert target.read_text() == "before"


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_all_processes_with_one_line(jobs: str, tmp_path: Path):
    # Minutes of work, of which nothing is ever finished.
    line = f"error --k 8,9,10,11 --t 1,2 --tau 1 --rho 1 --digits 300 --jobs {jobs} -o out.txt"
    # A shell starts background jobs with the signal ignored, and children inherit that. Before `main` runs, Python itself
    # answers the signal, with a traceback.
    heed = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{heed}; from infscale_sym.cli import main; print('ready', flush=True); sys.exit(main({line.split()!r}))"
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.5 if jobs == "1" else 3)  # the processes of two jobs have to start
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
        out, err = process.communicate(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, out, err) == (130, "", "infscale error: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "infscale_sym", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_module_and_version():
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"infscale \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_a_reader_that_leaves_and_a_full_disk_make_no_noise():
    command = f"'{sys.executable}' -m infscale_sym error --k 1:9:x20000 --t 0 --tau 1 --rho 1"
    done = subprocess.run(["/bin/sh", "-c", f"{command} | head -n 1"], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["k", "t", "tau", "rho", "F", "radius", "kind"]
    assert done.stderr == ""
    if Path("/dev/full").exists():
        done = subprocess.run(["/bin/sh", "-c", f"{command} > /dev/full"], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert re.fullmatch(r"infscale error: cannot read or write: .*\n", done.stderr)


HEAVY = {"scipy", "matplotlib", "joblib", "tqdm", "dask", "pandas", "IPython"}
NUMERIC = {"numpy", "sympy", "mpmath", "flint", *HEAVY}


@pytest.mark.parametrize(
    "lines",
    [
        [
            ("--help", 0, NUMERIC),
            ("error --help", 0, NUMERIC),
            ("--version", 0, NUMERIC),
            ("", 2, NUMERIC),
            ("error --k 1", 2, NUMERIC),
            ("error --k 0 --t 0 --tau 1 --rho 1", 2, NUMERIC - {"numpy"}),
            (f"error {POINT}", 0, {"sympy", "mpmath", "flint", "scipy.integrate", "matplotlib", "joblib", "tqdm"}),
            (SELECTION, 0, {"sympy", "mpmath", "flint", "scipy.integrate", "matplotlib", "joblib"}),
        ],
        # SymPy itself imports mpmath and flint
        [("list", 0, HEAVY | {"numpy"}), ("list --json", 0, HEAVY | {"numpy"})],
    ],
)
def test_nothing_is_imported_before_it_is_needed(lines: list[tuple[str, int, set[str]]]):
    """One process for lines of which each may import what the one before may: what it has by then, it has by them."""
    script = f"""
import sys, infscale_sym
assert not [name for name in {sorted(NUMERIC)!r} if name in sys.modules]
from infscale_sym.cli import main
for line, code, forbidden in {[(shlex.split(line), code, sorted(forbidden)) for line, code, forbidden in lines]!r}:
    assert main(line) == code, line
    found = [name for name in forbidden if name in sys.modules]
    assert not found, (line, found)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_offers_what_it_says():
    import infscale_sym

    assert set(infscale_sym.__all__) <= set(dir(infscale_sym))
    assert infscale_sym.formula("ridge.bare").id == "ridge.bare"
    assert infscale_sym.catalog.formulas()[0].id == "selection.integral"
    assert issubclass(infscale_sym.errors.DomainError, ValueError)
    assert infscale_sym.simulate.selection([1], 0, 0, 0, trials=10, seed=1).trials == 10
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = infscale_sym.nonsense


def help_text(words: list[str], capsys) -> str:
    """What `--help` prints."""
    assert main([*words, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


# The commands whose examples are short enough to be run here; verify's stand in test_cli_verify.
RUN = [[], ["list"], ["error"], ["simulate"], ["simulate", "selection"], ["simulate", "regression"]]


@pytest.mark.parametrize("words", [*RUN, ["verify"], ["show"]], ids=" ".join)
def test_help_has_examples_and_fits_the_page(words: list[str], capsys):
    text = help_text(words, capsys)
    assert "\nexamples:\n  infscale " in text
    assert all(len(line) <= 121 for line in text.splitlines())


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_the_examples_run(words: list[str], tmp_path: Path, monkeypatch, capsys):
    text = help_text(words, capsys)
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"^  infscale (.*)$", text, re.MULTILINE)
    assert examples
    for example in examples:
        if example.split()[0] in ("verify", "show"):
            continue
        assert main(shlex.split(example)) == 0, example
        out, err = capsys.readouterr()
        assert err == ""
        assert out or list(tmp_path.iterdir())
