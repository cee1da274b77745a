"""Take somebody out of a role group."""

from __future__ import annotations

from mailwake.operations.role_group_members import MemberOrder, member_operation


class Order(MemberOrder):
    """Whom, and the role group."""


OPERATION = member_operation("remove", "Take somebody out of a role group.", Order)
