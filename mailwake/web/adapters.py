"""How django-allauth is bent to us: accounts are made by administrators or the identity provider, never by visitors."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from mailwake.operations.request_callers import SESSION_GROUPS


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # ships no types
    """No signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account of their own."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the rate limits count by."""
        return str(request.META.get("REMOTE_ADDR", ""))


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts come from the identity provider, with the groups that it names."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever the provider vouches for has an account; what they may do, role groups say."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Keep the groups of this sign-in in the session."""
        claims = _claims(sociallogin)
        name = sociallogin.provider.app.settings.get("groups_claim", "groups")
        groups = claims.get(name, [])
        if isinstance(groups, str):
            groups = groups.split()
        request.session[SESSION_GROUPS] = [str(group).lower() for group in groups][:1000]

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """An account named as the provider names the person: preferred_username, else the address."""
        user = sociallogin.user
        claims = _claims(sociallogin)
        user.name = str(claims.get("preferred_username") or claims.get("email") or claims.get("sub")).strip().lower()
        user.email = str(claims.get("email") or "")
        user.display_name = str(claims.get("name") or "")
        user.created = time.time_ns() // 1000
        user.set_unusable_password()
        return user


def _claims(sociallogin: Any) -> dict[str, Any]:
    """Claims of the ID token and of the userinfo end point (OpenID Connect Core 5.1), the latter first."""
    data = sociallogin.account.extra_data or {}
    if "userinfo" in data or "id_token" in data:
        return {**(data.get("id_token") or {}), **(data.get("userinfo") or {})}
    return dict(data)
