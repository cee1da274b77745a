"""Opening a store: one process per data directory, migrations, a private folder for temporary files.

Engine: chDB in the process (`chdb-core-lite`) through clickhouse-connect, which speaks to a ClickHouse server likewise.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mailwake.events.told import tell
from mailwake.store.arrow import spare_pandas
from mailwake.store.errors import StoreError
from mailwake.store.fresh import make
from mailwake.store.priorities import settle

if TYPE_CHECKING:
    import pyarrow as pa
    from clickhouse_connect.driver.client import Client

SETTINGS: dict[str, Any] = {
    "max_execution_time": 300,  # seconds: a query in the embedded engine cannot be interrupted
    "session_timezone": "UTC",
    "max_partitions_per_insert_block": 0,  # a log of years goes in at once
    "use_skip_indexes_on_data_read": 0,  # a tenth slower than looking at the indexes before
    "output_format_arrow_parallel_encoding": 0,  # its threads can wait for each other for ever (26.5)
}
_ARROW = "output_format_arrow_string_as_string = 0, output_format_arrow_compression_method = 'none'"
_NAME = "mailwake"
"""The database."""
_ALL = ""
"""Stands for all tables, where merging is counted."""
_TEMPORARY = "mailwake-tmp"
_SMALL = 4096
"""Rows of a piece that needs no index."""
_MOST_ANSWERS = 64
"""That are remembered: see `Database.of_facts`."""
_T = TypeVar("_T")
_OWN = frozenset({"store", "lock", _TEMPORARY, "directory.sqlite3", "directory.lock"})
"""What a data directory holds."""


class Database:
    """An open store. `client()` gives each thread its own connection."""

    def __init__(
        self,
        path: Path,
        *,
        create: bool = True,
        fresh: bool = True,
        meanwhile: Callable[[Database], None] | None = None,
    ) -> None:
        """fresh: a new store gets the tables as the migrations leave them (see `store.fresh`), else it is migrated.

        meanwhile: called where there is no store yet, when the directory is this process's own and before the engine is
        loaded: what other processes can begin with need not wait for that.
        """
        self.path = path = path.absolute()  # the engine takes a relative one for the name of a database
        if not create and not (path / "store").exists():
            raise StoreError(
                tell("{path}: there is no data yet", path=path),
                tell("import logs first: mailwake import FILE..., or look at the sample: mailwake demo"),
            )
        _check_name(path)
        self._lock: int | None = _take(path)
        is_new = not (path / "store").exists()
        self._mask = os.umask(0o077)  # logs are personal data, also in a folder that others may enter
        self._before: tuple[str | None, str | None] | None = None
        """Where temporary files went before; put back by `close`."""
        self._local = threading.local()
        self._clients: list[Client] = []
        self._merging: Counter[str] = Counter()
        self._merging_lock = threading.Lock()
        self._facts_state = 0
        self._answers: dict[str, tuple[int, float, Any]] = {}
        self._answers_lock = threading.Lock()
        self._rows_state = self._rows_written = 0
        """How often rows were written, and by how many they are being written now."""
        self._of_rows: dict[str, tuple[int, Any]] = {}
        try:
            self._private_temporary_folder()
            if meanwhile is not None and is_new:
                meanwhile(self)
            self.client().command("SYSTEM STOP MERGES")
            self._migrate(fresh)
            self.client().command("SYSTEM STOP MERGES")  # of the tables that were just made, too
        except BaseException:
            self.close()
            raise

    def client(self) -> Client:
        """The calling thread's connection."""
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            from clickhouse_connect import get_client

            dsn = f"chdb://{self.path / 'store'}"
            try:
                if not self._clients:
                    # The engine's default database is laid over the working directory: a file called `rows` there would
                    # be taken for the table.
                    with get_client(dsn=dsn) as first:
                        first.command(f"CREATE DATABASE IF NOT EXISTS {_NAME} ENGINE = Atomic")
                client = get_client(dsn=dsn, database=_NAME, settings=SETTINGS, tz_mode="aware")
                spare_pandas()
            except Exception as error:
                raise StoreError(
                    tell("{path}: the store does not open: {error}", path=self.path, error=error),
                    tell("is the disk full or the folder not writable?"),
                ) from error
            self._local.client = client
            self._clients.append(client)
        return client

    def arrow(self, query: str, parameters: Mapping[str, Any] | None = None, settings: str = "") -> pa.Table:
        """The answer of a query as columns, texts as bytes; settings: more of the engine's, as in its clause.

        Said in the query itself: for a query of its own kind for Arrow the driver sets the same by statements of their
        own before, and takes it back after, seven in all, which costs more than most of our queries.
        """
        import pyarrow as pa

        said = f"{query} SETTINGS {_ARROW}{', ' if settings else ''}{settings}"
        data = self.client().raw_query(said, parameters=dict(parameters or {}), fmt="ArrowStream")
        return pa.ipc.open_stream(data).read_all()

    @contextmanager
    def merging(self, *tables: str) -> Iterator[None]:
        """Let the engine merge what is written in many small pieces: in these tables, or in all.

        Not otherwise: a merge leaves what it merged on the disk for a while, and a process that only asks is gone
        before that is cleared; and what an import writes in large pieces, it would write twice.
        """
        self._merge(tables or (_ALL,), 1)
        settle()
        try:
            yield
        finally:
            self._merge(tables or (_ALL,), -1)

    def _merge(self, tables: tuple[str, ...], change: int) -> None:
        """Count who lets merge what: one that has done must not stop what another still needs."""
        with self._merging_lock:
            self._merging.update(dict.fromkeys(tables, change))
            if change < 0:
                for table in tables:
                    if not self._merging[table] and not self._merging[_ALL]:
                        self.client().command(f"SYSTEM STOP MERGES {table}")
            for table in tables if change > 0 else [one for one, users in self._merging.items() if users]:
                self.client().command(f"SYSTEM START MERGES {table}")

    def close(self) -> None:
        """Close all connections and let another process in."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._local = threading.local()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
            os.umask(self._mask)
        if self._before is not None:
            variable, tempfile.tempdir = self._before
            self._before = None
            os.environ.pop("TMPDIR", None)
            if variable is not None:
                os.environ["TMPDIR"] = variable

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def insert_one(self, table: str, **values: str | int | datetime) -> None:
        """Insert a single row. The driver's own way for Python values loads pandas, which takes half a second."""
        kinds = {str: "{%s:String}", int: "{%s:UInt64}", datetime: "fromUnixTimestamp64Micro({%s:Int64})"}
        shown = ", ".join(kinds[type(value)] % name for name, value in values.items())
        bound = {n: round(v.timestamp() * 1_000_000) if isinstance(v, datetime) else v for n, v in values.items()}
        self.client().command(f"INSERT INTO {table} ({', '.join(values)}) SELECT {shown}", parameters=bound)

    def insert(self, table: str, made: pa.Table) -> None:
        """Insert a table of Arrow's.

        A small piece is written without indexes where it will be merged soon: who asks reads it whole as quickly, and
        of the files that it would be, half are those of indexes. Merging makes them.
        """
        small = made.num_rows <= _SMALL and (self._merging[_ALL] or self._merging[table])
        settings = {"materialize_skip_indexes_on_insert": 0} if small else None
        self.client().insert_arrow(table, made, settings=settings)

    def insert_stream(self, table: str, names: str, file: Path, version: int, settings: str = "") -> None:
        """Insert these columns of a file, an Arrow stream, with this version. The engine reads the file itself."""
        self.client().command(
            f"INSERT INTO {table} ({names}, version) SELECT {names}, {{version:UInt64}}"
            f" FROM file({{file:String}}, 'ArrowStream') {settings}",
            parameters={"version": version, "file": str(file)},
        )

    def of_facts(self, question: str, find: Callable[[], _T], *, fresh: float = 0.0) -> _T:
        """What a question about the facts was answered last, if none was written since: no other process writes.

        question: tells questions apart, bounds and all. fresh: so many seconds an answer is good although facts were
        written; for what may be that old, while they are written all the time.
        """
        state = self._facts_state
        with self._answers_lock:
            known = self._answers.get(question)
        now = time.monotonic()
        if known is not None and (known[0] == state or now - known[1] < fresh):
            answer: _T = known[2]
            return answer
        answer = find()
        with self._answers_lock:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[question] = state, now, answer
        return answer

    def facts_changed(self) -> None:
        """Say that facts were written or struck."""
        with self._answers_lock:
            self._facts_state += 1

    @contextmanager
    def writing_rows(self) -> Iterator[None]:
        """Around what writes rows: what is known of them may be wrong from its beginning on."""
        with self._answers_lock:
            self._rows_written += 1
        try:
            yield
        finally:
            with self._answers_lock:
                self._rows_written -= 1
                self._rows_state += 1

    def of_rows(self, question: str, find: Callable[[], _T]) -> _T:
        """What a question about the table of rows was answered last, if none was written since and none is now."""
        with self._answers_lock:
            state, known = self._rows_state, self._of_rows.get(question)
            if known is not None and known[0] == state and not self._rows_written:
                answer: _T = known[1]
                return answer
        answer = find()
        with self._answers_lock:
            if self._rows_state == state and not self._rows_written:
                self._of_rows[question] = state, answer
        return answer

    @property
    def temporary(self) -> Path:
        """A folder for files that are of no use when this process has ended."""
        return self.path / _TEMPORARY

    def _private_temporary_folder(self) -> None:
        # clickhouse-connect spools each embedded insert to a temporary file, which a killed process leaves behind.
        folder = self.temporary
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        self._before = os.environ.get("TMPDIR"), tempfile.tempdir
        os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None

    def _migrate(self, fresh: bool) -> None:
        client = self.client()
        client.command(
            "CREATE TABLE IF NOT EXISTS migrations (number UInt32, name String) ENGINE = MergeTree ORDER BY number"
        )
        applied = {row[0] for row in client.query("SELECT number FROM migrations").result_rows}
        known = _migrations()
        if fresh and not applied and len(client.query("SHOW TABLES").result_rows) == 1:
            last = make(client)
            done = {number: name for number, name, _ in known if number <= last}
            client.command(
                "INSERT INTO migrations (number, name) SELECT one.1, one.2 FROM ("
                "SELECT arrayJoin(arrayZip({n:Array(UInt32)}, {t:Array(String)})) AS one)",
                parameters={"n": list(done), "t": list(done.values())},
            )
            applied.update(done)
        newer = applied - {number for number, _, _ in known}
        if newer:
            raise StoreError(
                tell(
                    "{path}: the data is of a newer version of Mailwake (its migration {number} is not known here)",
                    path=self.path,
                    number=max(newer),
                ),
                tell("use that version, or another data directory"),
            )
        for number, name, text in known:
            if number in applied:
                continue
            for statement in statements(text):
                client.command(statement)
            self.insert_one("migrations", number=number, name=name)


def _check_name(path: Path) -> None:
    """The path becomes part of a URL for the engine, where some characters mean something else."""
    odd = sorted(set("?#%&") & set(str(path)))
    if odd:
        raise StoreError(
            tell("{path}: a data directory cannot have {odd} in its path", path=path, odd=" ".join(odd)),
            tell("choose another with --data-dir"),
        )


def own_folder(path: Path) -> None:
    """Make a data directory if there is none. Raises StoreError for a folder that is something else."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = {entry.name for entry in path.iterdir()}
    except OSError as error:
        raise _unusable(path, error) from error
    if there and not there & _OWN:
        raise StoreError(
            tell("{path}: is not empty, and no data directory of Mailwake's", path=path),
            tell("choose an empty or new one with --data-dir"),
        )


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        tell("{path}: cannot be used as a data directory: {error}", path=path, error=error.strerror),
        tell("choose another with --data-dir"),
    )


def _take(path: Path) -> int:
    """Lock the data directory for this process: the embedded engine allows only one."""
    own_folder(path)
    try:
        handle = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(handle, 20).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise StoreError(
            tell("{path}: the data directory is in use by another process (pid {owner})", path=path, owner=owner),
            tell("wait until it has finished, or use another data directory with --data-dir"),
            retry=True,
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    return handle


def _migrations() -> list[tuple[int, str, str]]:
    folder = resources.files("mailwake.store").joinpath("migrations")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return [(int(e.name[:4]), e.name[5:-4], e.read_text()) for e in sorted(found, key=lambda entry: entry.name)]


def statements(text: str) -> list[str]:
    """The statements of a migration for the embedded engine: engine and ON CLUSTER parts are templated."""
    text = re.sub(r"--[^\n]*", "", text)
    text = re.sub(r"\{on_table:(\w+)\}", r"\1", text)
    text = re.sub(r"\{engine:([^}]+)\}", r"\1", text)
    return [part.strip() for part in text.split(";") if part.strip()]
