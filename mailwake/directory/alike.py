"""Many rows that are alike but for a few columns: written without an object of a model for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections
from django.db.models import BigIntegerField, CharField, ForeignKey, Model


def insert(alias: str, model: Model, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows that are like a model's (which is not saved) but in these attributes, of which each row has the
    values. Part of the transaction that is open."""
    given = list(zip(*rows, strict=True))
    if not given:
        return
    connection = connections[alias]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    same = [field for field in fields if field.attname not in columns]
    told = [next(field for field in fields if field.attname == name) for name in columns]
    values = [field.get_db_prep_save(field.pre_save(model, add=True), connection) for field in same]
    quote = connection.ops.quote_name
    into = ", ".join(quote(str(field.column)) for field in (*same, *told))
    query = f"INSERT INTO {quote(model._meta.db_table)} ({into}) VALUES ({', '.join(['%s'] * len(fields))})"
    prepared = [_prepared(field, values, connection) for field, values in zip(told, given, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(query, [(*values, *row) for row in zip(*prepared, strict=True)])


def _prepared(field: Any, values: Sequence[Any], connection: Any) -> Sequence[Any]:
    """A column as the database takes it: plain texts and numbers as they are."""
    kinds = set(map(type, values))
    as_they_are = {str: CharField, int: BigIntegerField | ForeignKey}
    if len(kinds) == 1 and isinstance(field, as_they_are.get(kinds.pop(), ())):
        return values
    return [field.get_db_prep_save(value, connection) for value in values]
