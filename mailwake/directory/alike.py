"""Many rows that are alike but for a few columns: written without an object of a model for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections
from django.db.models import Model


def insert(alias: str, model: Model, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows that are like a model's (which is not saved) but in these attributes, of which each row has the
    values. Part of the transaction that is open."""
    connection = connections[alias]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    same = [field for field in fields if field.attname not in columns]
    told = [next(field for field in fields if field.attname == name) for name in columns]
    values = [field.get_db_prep_save(field.pre_save(model, add=True), connection) for field in same]
    quote = connection.ops.quote_name
    into = ", ".join(quote(str(field.column)) for field in (*same, *told))
    query = f"INSERT INTO {quote(model._meta.db_table)} ({into}) VALUES ({', '.join(['%s'] * len(fields))})"
    prepared = (
        [*values, *(field.get_db_prep_save(value, connection) for field, value in zip(told, row, strict=True))]
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.executemany(query, list(prepared))
