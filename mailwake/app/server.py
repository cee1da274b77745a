"""The serving process: store and directory opened once, Django set up on them, an HTTP server with threads.

The embedded store belongs to one process, so pages, REST and jobs are threads of this one.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailwake.app.background import background
from mailwake.app.refusals_told import tell_few
from mailwake.app.settings import APPLICATIONS, ServerOptions, settings
from mailwake.operations import serving
from mailwake.operations.loaded import keep_what_is_loaded
from mailwake.operations.serving import Runtime
from mailwake.store.database import Database

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory
    from mailwake.operations.live.service import Live

THREADS = 16
"""Requests answered at the same time: more would only wait for the two or four cores behind them."""
_STOP_WITHIN = 10
_CONNECTIONS = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
"""Each thread keeps its connection to the directory (s): SQLite writes its log back and deletes it whenever the last
one is closed, which would be after each page."""


@contextmanager
def application(data_dir: Path, options: ServerOptions) -> Iterator[Callable[..., Any]]:
    """The WSGI application over a data directory. Raises StoreError, DirectoryError."""
    from mailwake.directory.configuration import configure, database_of
    from mailwake.directory.opening import open_directory

    with Database(data_dir) as database:
        configure({**database_of(data_dir), **_CONNECTIONS}, APPLICATIONS, **settings(data_dir, options))
        with open_directory(data_dir) as directory:
            _migrate()
            _compile_catalogues(data_dir)
            from django.core.handlers.wsgi import WSGIHandler

            with _live(database, directory, options) as live:
                here = Runtime(data_dir, database, directory, live)
                serving.use(here)
                try:
                    tell_few()
                    with background(here):
                        handler = WSGIHandler()
                        _warm_up(handler)
                        keep_what_is_loaded()
                        yield handler
                finally:
                    serving.use(None)


def _warm_up(app: Callable[..., Any]) -> None:
    """Load what the first request would load: Dovecot's event exporter gives a request up after 250 ms."""
    from wsgiref.util import setup_testing_defaults

    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": "/ingest/none", "CONTENT_LENGTH": "0"}
    setup_testing_defaults(environ)
    told = logging.getLogger("django.request")
    told.disabled = True  # it is refused, which nobody needs to know
    try:
        for _part in app(environ, lambda *_: None):
            pass
    finally:
        told.disabled = False


@contextmanager
def _live(database: Database, directory: Directory, options: ServerOptions) -> Iterator[Live | None]:
    """Read the configured sources while the block runs. Raises ListenError."""
    if not options.sources:
        yield None
        return
    from mailwake.operations.live.service import Live

    live = Live(database, directory, options.sources)
    live.start()
    try:
        yield live
    finally:
        live.stop()


def _migrate() -> None:
    """Tables of sessions and sign-in, beside those of the directory."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _compile_catalogues(data_dir: Path) -> None:
    from mailwake.web.catalogues import compile_all

    compile_all(data_dir / "mailwake-locale")


def serve(data_dir: Path, options: ServerOptions, started: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; started is told the address in a sentence, and on the first run where to begin."""
    from cheroot.wsgi import Server

    from mailwake.app.http_requests import Connection

    with application(data_dir, options) as app:
        server = Server(options.listen, app, numthreads=THREADS, shutdown_timeout=_STOP_WITHIN, server_name="mailwake")
        server.ConnectionClass = Connection
        server.max_request_header_size = 64 << 10
        server.max_request_body_size = 64 << 20
        if options.certificate is not None:
            from cheroot.ssl.builtin import BuiltinSSLAdapter

            server.ssl_adapter = BuiltinSSLAdapter(str(options.certificate), str(options.key or options.certificate))
        server.prepare()
        host, port = server.bind_addr[:2]
        address = f"{'https' if options.certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"
        started(f"Mailwake serves {address}")
        _invite(address, started)
        with _stopping(server):
            server.serve()


def _invite(address: str, say: Callable[[str], None]) -> None:
    """On the first run, say where the first account is made: who reads this may make it."""
    from mailwake.web import first_run

    if first_run.is_needed():
        code = first_run.code(serving.runtime())
        say(f"There is no account yet. Make the first one here: {address}setup/?code={code}")


@contextmanager
def _stopping(server: Any) -> Iterator[None]:
    """Signals end the serving loop in order: requests under way are answered."""

    def stop(*_: object) -> None:
        threading.Thread(target=server.stop, name="stop").start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            with contextlib.suppress(ValueError):
                signal.signal(number, handler)
