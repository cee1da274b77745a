"""All tables of the directory."""

# ruff: noqa: RUF012
from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mailwake.directory.models.mailbox


class Migration(migrations.Migration):
    """Written by makemigrations."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("name", models.CharField(max_length=320, unique=True)),
                ("display_name", models.CharField(blank=True, max_length=320)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("is_active", models.BooleanField(default=True)),
                ("created", models.BigIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AcceptedDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255, unique=True)),
                ("domain_type", models.CharField(default="Authoritative", max_length=40)),
                ("default", models.BooleanField(default=False)),
                ("declared", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="AdminAuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run_date", models.BigIntegerField(db_index=True)),
                ("caller", models.CharField(db_index=True, max_length=320)),
                ("origin", models.CharField(blank=True, max_length=120)),
                ("face", models.CharField(blank=True, max_length=12)),
                ("operation", models.CharField(db_index=True, max_length=120)),
                ("cmdlet", models.CharField(blank=True, db_index=True, max_length=120)),
                ("parameters", models.JSONField(default=list)),
                ("object_modified", models.CharField(blank=True, db_index=True, max_length=640)),
                ("changes", models.BooleanField(default=False)),
                ("succeeded", models.BooleanField(db_index=True, default=True)),
                ("error", models.TextField(blank=True)),
                ("modified_properties", models.JSONField(default=list)),
                ("server", models.CharField(blank=True, max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name="ManagementScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("domains", models.JSONField(default=list)),
                ("mailboxes", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.BigIntegerField(default=0)),
                ("deciding_since", models.BigIntegerField(default=0)),
                ("settings", models.JSONField(default=dict)),
                ("search_reach_days", models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("name", models.CharField(max_length=320)),
                ("alias", models.CharField(blank=True, max_length=320)),
                ("display_name", models.CharField(blank=True, max_length=320)),
                ("primary_address", models.CharField(blank=True, db_index=True, max_length=320)),
                ("domain", models.CharField(blank=True, db_index=True, max_length=255)),
                ("upn", models.CharField(blank=True, max_length=320)),
                ("type", models.CharField(db_index=True, default="UserMailbox", max_length=40)),
                ("licence", models.CharField(default="Premium", max_length=20)),
                ("geo", models.CharField(blank=True, max_length=40)),
                ("litigation_hold", models.BooleanField(default=False)),
                ("retention_policy", models.CharField(blank=True, max_length=320)),
                ("quota", models.BigIntegerField(null=True)),
                ("warning_quota", models.BigIntegerField(null=True)),
                ("created", models.BigIntegerField(default=0)),
                ("discovered", models.BooleanField(default=False)),
                ("removed", models.BigIntegerField(db_index=True, null=True)),
                ("audit_enabled", models.BooleanField(default=True)),
                ("audit_enabled_by_hand", models.BooleanField(default=False)),
                ("age_limit", models.BigIntegerField(default=7776000)),
                ("managed", models.JSONField(default=mailwake.directory.models.mailbox._all_types)),
                ("custom", models.JSONField(default=dict)),
                ("revision", models.BigIntegerField(db_index=True, default=0)),
                (
                    "same_as",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="others",
                        to="directory.mailbox",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bypass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=320)),
                ("guid", models.UUIDField(default=uuid.uuid4)),
                ("enabled", models.BooleanField(default=False)),
                ("revision", models.BigIntegerField(db_index=True, default=0)),
                (
                    "mailbox",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bypass",
                        to="directory.mailbox",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MailboxName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("guid", "Guid"),
                            ("name", "Name"),
                            ("alias", "Alias"),
                            ("address", "Address"),
                            ("upn", "Upn"),
                            ("login", "Login"),
                            ("display", "Display"),
                            ("dn", "Dn"),
                        ],
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(max_length=512)),
                ("local", models.CharField(blank=True, db_index=True, max_length=320)),
                ("until", models.BigIntegerField(null=True)),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="directory.mailbox"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Permission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("trustee", models.CharField(max_length=320)),
                ("trustee_key", models.CharField(db_index=True, max_length=320)),
                ("right", models.CharField(max_length=40)),
                ("deny", models.BooleanField(default=False)),
                ("inherited", models.BooleanField(default=False)),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="permissions", to="directory.mailbox"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoleGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("description", models.TextField(blank=True)),
                ("roles", models.JSONField(default=list)),
                (
                    "scope",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_groups",
                        to="directory.managementscope",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoleGroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role_group", models.CharField(db_index=True, max_length=120)),
                ("kind", models.CharField(default="account", max_length=12)),
                ("name", models.CharField(db_index=True, max_length=320)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("role_group", "kind", "name"), name="one_membership")],
            },
        ),
        migrations.CreateModel(
            name="SettingVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("subject", models.BigIntegerField(default=0)),
                ("since", models.BigIntegerField()),
                ("values", models.JSONField()),
                ("revision", models.BigIntegerField(db_index=True)),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "subject", "since"], name="version_subject")],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("role_groups", models.JSONField(default=list)),
                ("created", models.BigIntegerField()),
                ("expires", models.BigIntegerField(null=True)),
                ("last_used", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "name"), name="one_token_per_name")],
            },
        ),
        migrations.AddIndex(
            model_name="mailbox",
            index=models.Index(fields=["removed", "same_as", "name"], name="mailbox_listed"),
        ),
        migrations.AddConstraint(
            model_name="bypass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mailbox__isnull", True)), fields=("name",), name="one_bypass_per_account"
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxname",
            index=models.Index(fields=["name", "until"], name="mailbox_name_name"),
        ),
        migrations.AddConstraint(
            model_name="mailboxname",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("address", "guid")), ("until__isnull", True)),
                fields=("name",),
                name="one_mailbox_per_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="permission",
            constraint=models.UniqueConstraint(
                fields=("mailbox", "trustee_key", "right", "deny", "inherited"), name="one_row_per_permission"
            ),
        ),
    ]
