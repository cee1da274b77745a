"""Take somebody into a role group."""

from __future__ import annotations

from mailwake.operations.role_group_members import MemberOrder, member_operation


class Order(MemberOrder):
    """Whom, and the role group."""


OPERATION = member_operation("add", "Take somebody into a role group.", Order)
