"""The skeleton of a package with a topic of one's own: what `infscale new` writes.

The files under `files` are templates: {{topic}} is the topic's name, {{package}} that of its Python package. Together they are
a small topic that is complete, with two claims, their derivation, drawing and tests, to be replaced piece by piece.
"""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
import shutil
import sys
import tempfile
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from infscale_sym import registry
from infscale_sym.errors import DomainError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_ENDING = ".template"


def write(topic: str, folder: str | Path) -> tuple[Path, ...]:
    """Write the skeleton of a package for `topic` into `folder`, which must not exist or be empty; the paths of its files.

    The folder is complete or untouched. Raises DomainError for a name that cannot be taken, and for a folder with something
    in it or that cannot be written.
    """
    package = package_of(topic)
    target = Path(folder).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DomainError(f"{folder} is {'not empty' if target.is_dir() else 'no folder'}: give a new or an empty folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".infscale-new-", dir=target.parent))
    except OSError as error:
        raise DomainError(f"cannot write into {folder}: {error.strerror or error}") from None
    try:
        names = sorted(_fill(files(__name__) / "files", made, topic, package))
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(0o777 & ~mask)
        if target.exists():
            target.rmdir()
        made.rename(target)
    except OSError as error:
        raise DomainError(f"cannot write into {folder}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return tuple(target / name for name in names)


def package_of(topic: str) -> str:
    """The name of the Python package of a topic. Raises DomainError where the topic's name, or the package's, is not free."""
    if not _NAME.match(topic):
        raise DomainError(f"a topic's name is lower-case words joined by '-', like heavy-tails; got {topic!r}")
    package = topic.replace("-", "_")
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or importlib.util.find_spec(package) is not None:
        raise DomainError(f"a topic called {topic} would be the Python module {package}, which exists: take another name")
    for known in registry.topics():
        if known.name in (topic, package) or known.owns(topic):
            raise DomainError(f"{topic} is taken: by the topic {known.name} of {known.distribution}, or the ids in it")
    return package


def _fill(source: Traversable, folder: Path, topic: str, package: str) -> list[Path]:
    """The files of `source` filled in under `folder`; their paths, relative to it."""
    written = []
    for item in source.iterdir():
        name = item.name.replace("package", package)
        if item.is_dir():
            (folder / name).mkdir()
            written += [Path(name) / path for path in _fill(item, folder / name, topic, package)]
        elif name.endswith(_ENDING):
            text = item.read_text(encoding="utf-8").replace("{{topic}}", topic).replace("{{package}}", package)
            (folder / name.removesuffix(_ENDING)).write_text(text, encoding="utf-8")
            written.append(Path(name.removesuffix(_ENDING)))
    return written
