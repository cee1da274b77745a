"""Any page that is one operation: its form, its table, its downloads, and a fly-out with all of a row."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from mailwake.operations.contract import Operation, OperationError, all_operations
from mailwake.web.callers import ask, page, require
from mailwake.web.controls import controls, typed
from mailwake.web.labels import label, worded
from mailwake.web.mistakes import mistakes
from mailwake.web.pages import PAGES, Page
from mailwake.web.spoken import spoken, spoken_error
from mailwake.web.trace_form import operation_query

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
MOST = 2000
"""Rows of one page: who wants more downloads them."""


@page
def listing(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show a page of the list."""
    chosen = PAGES.get(slug)
    if chosen is None or chosen.operation not in all_operations():
        raise Http404
    operation = all_operations()[chosen.operation]
    require(request, chosen.operation)
    given = typed(operation.input, chosen.fields, request.GET)
    sent = bool(given) or "sent" in request.GET
    if not sent:
        given = chosen.usual()
    shown = _answered(request, chosen, operation, given) if sent or not chosen.waits else _nothing()
    shown |= {
        "page": chosen,
        "wrong": [(_named(operation.input, name), text) for name, text in shown["errors"].items()],
        "controls": controls(operation.input, chosen.fields, given, shown["errors"]),
        "sent": sent,
        "download": operation_query(given | chosen.always, operation.input, format="csv"),
    }
    template = "web/partials/listing_results.html" if request.headers.get("HX-Request") else "web/listing.html"
    return render(request, template, shown, status=400 if shown["errors"] else 200)


def _nothing() -> dict[str, Any]:
    return {"rows": None, "errors": {}, "problem": None, "warnings": [], "columns": [], "more": False}


def _answered(request: HttpRequest, chosen: Page, operation: Operation[Any], given: dict[str, Any]) -> dict[str, Any]:
    found = _nothing()
    try:
        answer = ask(request, chosen.operation, **given, **chosen.always)
        rows: list[BaseModel] = []
        for item in answer:
            if len(rows) == MOST:
                found["more"] = True
                break
            rows.append(item)
        found["warnings"] = spoken(tuple(answer.warnings))
    except ValidationError as error:
        found["errors"] = mistakes(operation.input, error)
        return found
    except OperationError as error:
        if error.status in (401, 403):
            raise
        found["problem"] = spoken_error(error)
        return found
    names = chosen.columns or getattr(operation.output, "table_columns", ()) or tuple(operation.output.model_fields)
    found["rows"] = [_row(item, names) for item in rows]
    numeric = {cell["title"] for row in found["rows"] for cell in row["cells"] if cell["kind"] == "number"}
    titles = [label(_outside(operation.output, name)) for name in names]
    found["columns"] = [(name, title, title in numeric) for name, title in zip(names, titles, strict=True)]
    return found


def _named(model: type[BaseModel], name: str) -> str | Promise:
    """The words for a field; "" for what is none."""
    return label(_outside(model, name)) if name in model.model_fields else ""


def _outside(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


def _row(item: BaseModel, names: tuple[str, ...]) -> dict[str, Any]:
    """A row: the cells of its columns, and everything else that is known for the fly-out."""
    model = type(item)
    everything = [
        (label(_outside(model, name)), _cell(item, name))
        for name in model.model_fields
        if getattr(item, name) not in (None, "", (), [])
    ]
    message_id = str(getattr(item, "item_internet_message_id", "") or "")
    return {
        "cells": [_cell(item, name) | {"title": label(_outside(model, name))} for name in names],
        "everything": everything,
        "message_id": message_id if message_id.count("@") == 1 else "",
    }


def _cell(item: BaseModel, name: str) -> dict[str, Any]:
    """A property's cell; what is of the product's own words, in the reader's language."""
    value, outside = getattr(item, name), _outside(type(item), name)
    if name == "day" and isinstance(value, datetime):
        return {"kind": "day", "value": f"{value:%Y-%m-%d}", "sort": value.timestamp()}
    if name == "host" and value == "":
        value = _("a log without host")
    elif isinstance(value, str):
        value = worded(outside, str(spoken(value)))
    elif isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        value = [worded(outside, str(one)) for one in value]
    return cell(value)


def cell(value: Any) -> dict[str, Any]:
    """A value as a cell shows it."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        value = datetime.fromisoformat(value)
    if isinstance(value, bool):
        return {"kind": "bool", "value": value}
    if isinstance(value, datetime):
        local = timezone.localtime(value) if value.tzinfo else value
        return {"kind": "time", "value": local, "sort": value.timestamp()}
    if isinstance(value, int | float):
        return {"kind": "number", "value": value, "sort": value}
    if isinstance(value, list | tuple | set | frozenset):
        return {"kind": "list", "value": [_text(one) for one in value]}
    return {"kind": "text", "value": _text(value)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        parts = value.model_dump(mode="json", by_alias=True)
        return ", ".join(f"{name}: {text}" for name, text in parts.items() if text)
    return str(value)
