"""Small files that say how far something was done: whole or as before, and on the disk."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing; it is on the disk when this returns. Raises OSError.

    The folder is synchronised, too: without that a rename may be undone by a power cut (fsync(2), notes).
    """
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
