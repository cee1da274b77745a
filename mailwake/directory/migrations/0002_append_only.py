"""The database itself refuses to change a row of the admin audit log."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_SQLITE = """
CREATE TRIGGER admin_audit_append_only BEFORE UPDATE ON directory_adminauditentry
BEGIN SELECT RAISE(ABORT, 'the admin audit log is append-only'); END
"""
_POSTGRESQL = """
CREATE FUNCTION admin_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the admin audit log is append-only'; END $$;
CREATE TRIGGER admin_audit_append_only BEFORE UPDATE ON directory_adminauditentry
FOR EACH ROW EXECUTE FUNCTION admin_audit_append_only();
"""


def _guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(_POSTGRESQL if editor.connection.vendor == "postgresql" else _SQLITE)


class Migration(migrations.Migration):
    """Triggers, in the language of the database."""

    dependencies: ClassVar = [("directory", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(_guard, migrations.RunPython.noop)]
