"""Arrow without what it would load beside itself, and columns of what Python has."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


class _NotNow(MetaPathFinder):
    """Says that there is no pandas."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
        return None


def spare_pandas() -> None:
    """Let pyarrow know that nobody here has anything of pandas': it looks for that when it is given its first list, and
    loading it takes a fifth of a second in each process. Whoever imports pandas later still can."""
    import pyarrow as pa

    if "pandas" in sys.modules:
        return
    finder = _NotNow()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([], pa.int64())
    finally:
        sys.meta_path.remove(finder)


def raw_texts(values: Sequence[str]) -> pa.Array:
    """Texts of a log: what was no UTF-8 there goes in as it was."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([value.encode("utf-8", "surrogateescape") for value in values], pa.binary())


def clean(text: str) -> str:
    """Text as it goes into columns that are searched: what is no UTF-8 becomes `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def clean_texts(values: Sequence[str]) -> pa.Array:
    """The same of a whole column."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array(list(map(clean, values)), pa.string())


def clean_lists(values: Sequence[Sequence[str]]) -> pa.Array:
    """The same of a column of lists."""
    import pyarrow as pa

    kind = pa.list_(pa.string())
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([[*map(clean, texts)] for texts in values], kind)


def id_column(values: Sequence[str]) -> pa.Array:
    """Ids of 32 hex digits as the 16 bytes that they stand for."""
    import pyarrow as pa

    data = bytes.fromhex("".join(values))
    return pa.Array.from_buffers(pa.binary(16), len(values), [None, pa.py_buffer(data)])


def time_column(values: Sequence[int]) -> pa.Array:
    """Times in µs UTC."""
    import pyarrow as pa

    return pa.array(values, pa.int64()).cast(pa.timestamp("us", "UTC"))


def write_stream(path: Path, table: pa.Table) -> None:
    """Write a table as an Arrow stream: the engine reads it from there without a copy in this process or another.

    What the file holds is written over; it is not emptied before, which would give its pages back.
    """
    import pyarrow as pa

    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
        with pa.ipc.new_stream(pa.PythonFile(file, "w"), table.schema) as writer:
            writer.write_table(table)
        file.truncate()


def read_stream(path: Path) -> pa.Table:
    """The table of an Arrow stream; the file is not copied, so it must stay as it is."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file).read_all()
