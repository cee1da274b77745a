"""What waits until a page has been sent."""

from __future__ import annotations

import io
from wsgiref.handlers import SimpleHandler
from wsgiref.util import setup_testing_defaults

import pytest
from django.http import HttpResponse

from mailwake.directory.configuration import ensure

ensure()

from mailwake.web.afterwards import afterwards  # noqa: E402


def test_it_is_done_once_the_page_has_been_sent() -> None:
    sent = io.BytesIO()
    done: list[bytes] = []
    answer = HttpResponse("the page")
    afterwards(answer, lambda: done.append(sent.getvalue()))

    def application(_environ: object, start: object) -> HttpResponse:
        start("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
        return answer

    environ: dict[str, object] = {}
    setup_testing_defaults(environ)
    SimpleHandler(io.BytesIO(), sent, io.StringIO(), environ).run(application)  # type: ignore[arg-type]
    assert len(done) == 1
    assert done[0].endswith(b"the page")
    assert answer.closed


def test_an_answer_is_closed_even_if_that_fails() -> None:
    answer = HttpResponse("the page")

    def fails() -> None:
        raise ZeroDivisionError

    afterwards(answer, fails)
    with pytest.raises(ZeroDivisionError):
        answer.close()
    assert answer.closed
