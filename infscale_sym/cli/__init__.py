"""The command `infscale`: thin, no mathematics. Each subcommand is a module that offers `add(subparsers)`.

Exit codes: 0 done, and everything held; 1 something did not hold (a verdict that is not the expected one, two
computations that disagree); 2 bad usage or input, one line on stderr; 130 interrupted; 141 the reader of a pipe left.
Nothing heavy is imported before the arguments are known to be good.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from infscale_sym.cli import common, coverage, error, latex, new, plan, plot, show, simulate, verify
from infscale_sym.cli import list as list_
from infscale_sym.errors import DerivationError, InfscaleError, ValidationError

_EPILOG = """\
examples:
  infscale list
  infscale show best-of-k.leading
  infscale verify --quick
  infscale error --k 1:1e6:x7 --t 0.5 --tau 1 --rho 0.8

exit codes: 0 all well, 1 something did not hold, 2 bad usage or input
`infscale COMMAND --help` shows the options and examples of a command"""


def build_parser() -> common.Parser:
    """The whole grammar of the command line."""
    parser = common.Parser(
        prog="infscale",
        description="The solvable theory of inference-time scaling: its formulas, checked; its exact error; its simulator.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action=common.Version, help="show the version and exit")
    modules = "take the formulas of a Python file of your own too (repeatable; its code is run, here and in worker processes)"
    parser.add_argument("--module", metavar="FILE", action="append", default=[], help=modules)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", required=True)
    for module in (list_, show, verify, error, simulate, plan, coverage, latex, plot, new):
        module.add(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (by default that of the process); the exit code. Only the program's own mistakes raise."""
    name = "infscale"
    try:
        arguments = build_parser().parse_args(common.attach_negative_values(sys.argv[1:] if argv is None else argv))
        name = f"infscale {arguments.command}"
        common.use_modules(arguments.module)
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except common.Leave as leave:  # --help, --version
        sys.stdout.flush()
        return leave.code
    except common.UsageError as problem:
        return _say(problem.prog, str(problem), 2)
    except (ValidationError, DerivationError) as problem:
        return _say(name, str(problem), 1)
    except InfscaleError as problem:
        return _say(name, str(problem), 2)
    except BrokenPipeError:
        # The reader left (as `head` does): nobody is there to be told, and Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as problem:
        _drop_output()
        return _say(name, f"cannot read or write: {problem}", 2)
    except MemoryError as problem:
        return _say(name, f"not enough memory: {problem}", 2)
    except KeyboardInterrupt:
        return _say(name, "interrupted", 130)


def _say(name: str, message: str, code: int) -> int:
    """One line on stderr, whatever the message holds."""
    sys.stderr.write(common.one_line(f"{name}: {message}") + "\n")
    return code


def _drop_output() -> None:
    """Forget what could not be written, or Python would complain about it once more at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ValueError:
        pass
