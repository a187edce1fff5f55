"""Writing a file so that it is either whole or absent."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from infscale_sym.errors import DomainError


def write_whole(path: str | Path, content: str | bytes) -> None:
    """Write `content` to a temporary file beside `path` and move it there.

    Raises DomainError with one line where the folder does not exist or cannot be written to; nothing is left behind.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if path.is_dir():
        raise DomainError(f"cannot write {path}: it is a folder")
    try:
        if path.exists() and not path.is_file():  # a device or pipe cannot be replaced
            path.write_bytes(data)
            return
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise DomainError(f"cannot write {path}: {error.strerror or error}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as error:
        raise DomainError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
