"""Jobs, their results, sessions of searches."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first tables."""

    initial = True

    dependencies: ClassVar[list[Any]] = []

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guid", models.CharField(max_length=36, unique=True)),
                ("kind", models.CharField(db_index=True, max_length=60)),
                ("name", models.CharField(blank=True, max_length=128)),
                ("caller", models.CharField(db_index=True, max_length=320)),
                ("criteria", models.JSONField(default=dict)),
                ("shown", models.JSONField(default=dict)),
                ("recipients", models.JSONField(default=list)),
                ("state", models.CharField(db_index=True, default="NotStarted", max_length=12)),
                ("created", models.BigIntegerField(db_index=True)),
                ("started", models.BigIntegerField(default=0)),
                ("finished", models.BigIntegerField(default=0)),
                ("holder", models.CharField(blank=True, max_length=36)),
                ("lease", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("size", models.BigIntegerField(default=0)),
                ("file_name", models.CharField(blank=True, max_length=128)),
                ("mailed", models.BooleanField(default=False)),
                ("note", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("caller", models.CharField(max_length=320)),
                ("command", models.CharField(max_length=30)),
                ("criteria", models.CharField(max_length=64)),
                ("place_ts", models.BigIntegerField(default=0)),
                ("place_id", models.CharField(blank=True, max_length=64)),
                ("returned", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("mixed", models.BooleanField(default=False)),
                ("updated", models.BigIntegerField(db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "caller"), name="jobs_session_once")],
            },
        ),
        migrations.CreateModel(
            name="JobPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=36)),
                ("number", models.IntegerField()),
                ("data", models.BinaryField()),
                (
                    "job",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="jobs.job"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("job", "holder", "number"), name="jobs_part_once")],
            },
        ),
    ]
