"""What the subcommands share: the parser and its one-line errors, output that is whole or absent, work in parallel."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from infscale_sym.errors import DomainError, InfscaleError

#: Version of every JSON document that the command line prints; a change in meaning raises it.
SCHEMA = 1

#: Widest line of plain text.
WIDTH = 100

#: Seconds of work before a progress bar appears.
PATIENCE = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


class UsageError(InfscaleError):
    """The command line does not follow the grammar."""

    def __init__(self, prog: str, message: str) -> None:
        super().__init__(message)
        self.prog = prog


class Leave(Exception):
    """Raised where argparse would end the process."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Parser(argparse.ArgumentParser):
    """An argument parser that never ends the process, knows no abbreviations and keeps the layout of its examples."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Layout)
        if options.get("description"):
            options["description"] = textwrap.fill(options["description"], WIDTH)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError: one line, and where to look."""
        raise UsageError(self.prog, f"{message} (see `{self.prog} --help`)")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Raise Leave."""
        raise Leave(status)


class _Layout(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, max_help_position=28, width=WIDTH, **options)


class Version(argparse.Action):
    """`--version`: looked up only when asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print and leave."""
        import infscale_sym

        print(f"infscale {infscale_sym.__version__}")
        parser.exit()


def attach_negative_values(arguments: Sequence[str]) -> list[str]:
    """`--tau -0.5,0.3` as `--tau=-0.5,0.3`: argparse takes a list that starts with a minus sign for an option."""
    joined: list[str] = []
    for position, argument in enumerate(arguments):
        if argument == "--":
            return [*joined, *arguments[position:]]
        negative = re.match(r"-(\d|\.\d|inf|nan)", argument, re.IGNORECASE)
        if negative and joined and re.fullmatch(r"--?[A-Za-z][\w-]*", joined[-1]):
            joined[-1] = f"{joined[-1]}={argument}" if joined[-1].startswith("--") else joined[-1] + argument
        else:
            joined.append(argument)
    return joined


def one_line(text: str, most: int = 600) -> str:
    """`text` without line breaks or other control characters, shortened in its middle if it is very long."""
    flat = "".join(c if c.isprintable() else " " if c.isspace() else ascii(c)[1:-1] for c in text)
    return flat if len(flat) <= most else f"{flat[: most // 2]} ... {flat[-most // 2 :]}"


# Topics of others.


def use_modules(files: Sequence[str]) -> None:
    """Take the topics of files of the user's own, here and in worker processes; whatever topic could not be loaded is said in
    one line on stderr. Raises DomainError for a file of --module that could not be."""
    from infscale_sym import registry

    if files:
        registry.use_files(files)
    if files or os.environ.get(registry.VARIABLE):
        refused = [line for line in registry.problems() if any(str(Path(file).resolve()) in line for file in files)]
        if refused:
            raise DomainError(refused[0])
    if registry.foreign_at_hand():
        for line in registry.problems():
            sys.stderr.write(one_line(f"infscale: {line}") + "\n")


# Output.


def add_output(parser: argparse.ArgumentParser, json_only: bool = False) -> None:
    """The options `--json` and, unless json_only, `-o FILE`."""
    parser.add_argument("--json", action="store_true", help=f"print JSON (schema {SCHEMA}) for machines")
    if not json_only:
        parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")


def document(**content: Any) -> str:
    """A JSON document with the schema's version first; what JSON does not know becomes text."""
    return json.dumps({"schema": SCHEMA, **content}, indent=2, ensure_ascii=False, default=str) + "\n"


def check_output(name: str | None) -> None:
    """Raise DomainError if the file could not be written; to be called before the work."""
    if name is None:
        return
    path = Path(name)
    if not name or path.is_dir():
        raise DomainError(f"cannot write {name!r}: it is {'a folder' if name else 'no file name'}")
    if path.exists() and not path.is_file():
        return  # a device or a pipe; opened when there is something to say
    if path.exists() and not os.access(path, os.W_OK):
        raise DomainError(f"cannot write {name!r}: permission denied")
    _probe(path.absolute().parent, name)


def check_folder(name: str) -> None:
    """Raise DomainError if the folder (which need not exist) could not be written into."""
    folder = Path(name).absolute()
    if not name:
        raise DomainError("cannot write '': it is no folder name")
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    _probe(folder, name)


def _probe(folder: Path, name: str) -> None:
    """Raise DomainError if nothing can be created in `folder`."""
    try:
        os.rmdir(tempfile.mkdtemp(prefix=".infscale-", dir=folder))
    except OSError as problem:
        raise DomainError(f"cannot write {name!r}: {(problem.strerror or str(problem)).lower()}: {folder}") from None
    except ValueError as problem:  # a zero byte in the name
        raise DomainError(f"cannot write {name!r}: {problem}") from None


def write(parts: Iterable[str], name: str | None) -> None:
    """Write the text to standard output, or to a file that is then complete or untouched."""
    if name is None:
        for part in parts:
            sys.stdout.write(part)
        return
    path = Path(name)
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as stream:
            stream.writelines(parts)
        return
    path = path.resolve()  # through a link, into the file it names
    handle, temporary = tempfile.mkstemp(prefix=".infscale-", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            stream.writelines(parts)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def width() -> int:
    """Columns of plain text: those of the terminal, if it is one, else WIDTH; at least 60."""
    return max(60, shutil.get_terminal_size((WIDTH, 24)).columns) if sys.stdout.isatty() else WIDTH


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[str] = (), fitted: bool = False) -> Iterator[str]:
    """Lines of an aligned table; columns are flush right but for those named in `left`. `rows` is gone through twice.

    `fitted`: on a terminal the last column is cut so that a line fits."""
    widths = [len(name) for name in head]
    for row in rows:
        widths = [*map(max, widths, map(len, row))]
    pairs = zip(head, widths, strict=True)
    line = "  ".join(f"{{:{'<' if name in left else '>'}{width}}}" for name, width in pairs)
    for row in itertools.chain([head], rows):
        text = line.format(*row).rstrip()
        if fitted and sys.stdout.isatty() and len(text) > width():
            text = text[: width() - 1] + "…"
        yield text + "\n"


def labelled(name: str, text: str) -> str:
    """A paragraph with a label in its margin, as wide as the terminal."""
    from infscale_sym.present.report import labelled

    return labelled(name, text, width())


# Work.


def watched() -> bool:
    """Whether somebody sees a progress bar. Bars then appear after a while only, those of the simulator too."""
    if not sys.stderr.isatty():
        return False
    os.environ.setdefault("TQDM_DELAY", str(PATIENCE))
    return True


def worker_count(text: str | None, name: str) -> int | None:
    """The value of an option that counts processes or threads; None if it is not given."""
    from infscale_sym.cli.numbers import whole_number

    return None if text is None else whole_number(text, name, 1, 4096)


def in_parallel(
    task: Callable[[Item], Result], items: Sequence[Item], jobs: int | None, unit: str
) -> Generator[Result, None, None]:
    """task(item) for every item in `jobs` processes (by default one a processor), yielded in the order of the items."""
    start = time.monotonic()
    with contextlib.ExitStack() as stack:
        bar = None
        if watched():
            from tqdm import tqdm

            bar = stack.enter_context(tqdm(total=len(items), unit=unit, leave=False, delay=PATIENCE))
        for result in stack.enter_context(closing(results(task, items, jobs))):
            if bar is not None:
                bar.update()
                bar.clear()  # what the caller prints goes above the bar
            yield result
            if bar is not None and time.monotonic() - start > PATIENCE:
                bar.refresh()


def results(task: Callable[[Item], Result], items: Sequence[Item], jobs: int | None) -> Generator[Result, None, None]:
    """The same without a bar."""
    if jobs == 1 or len(items) == 1:
        for item in items:
            yield task(item)
        return
    import warnings
    from concurrent.futures.process import BrokenProcessPool

    from joblib import Parallel, cpu_count, delayed

    # At least two, as one would be this process, which must hear Ctrl-C.
    processes = max(min(jobs or cpu_count(), len(items)), 2)
    options: dict[str, Any] = {"n_jobs": processes, "return_as": "generator", "batch_size": 1, "pre_dispatch": "n_jobs"}
    # A worker that has grown large is replaced between two items; nothing is lost, and nobody need hear of it.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given to the executor", UserWarning)
    try:
        # joblib's annotations have a list where return_as="generator" gives a generator
        yield from Parallel(**options)(delayed(_undisturbed)(task, item) for item in items)  # type: ignore[misc]
    except BrokenProcessPool:
        raise MemoryError("a worker process was ended by the system; try fewer --jobs") from None


def _undisturbed(task: Callable[[Item], Result], item: Item) -> Result:
    """In a worker: the main process alone answers Ctrl-C, or every worker would print a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return task(item)
