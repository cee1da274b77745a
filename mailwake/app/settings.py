"""Django's settings of a serving process, on top of those of the directory."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailwake.operations.live.sources import AnySource

APPLICATIONS = (
    "mailwake.web",  # first: its templates stand in for those of allauth
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
)
LANGUAGES = (("en", "English"), ("sv", "Svenska"), ("nl", "Nederlands"), ("fr", "Français"), ("zh-hant", "繁體中文"))
_SECRET = "secret-key"
_DAY = 86_400


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect provider."""

    name: str
    """Shown on the button."""
    issuer: str
    """Its address; `/.well-known/openid-configuration` is below it."""
    client_id: str
    client_secret: str
    groups_claim: str = "groups"
    """Claim that lists groups or roles; role groups have these as members of kind `group`."""


@dataclass(frozen=True)
class ServerOptions:
    """How the process serves."""

    listen: tuple[str, int] = ("127.0.0.1", 8025)
    hosts: tuple[str, ...] = ()
    """Names by which clients may call it, beside localhost and its own."""
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    """A proxy in front ends TLS and says so in X-Forwarded-Proto."""
    providers: tuple[Provider, ...] = field(default=())
    sources: tuple[AnySource, ...] = ()
    """What is read while it serves."""

    @property
    def secure(self) -> bool:
        """Whether clients come by TLS."""
        return self.certificate is not None or self.behind_proxy


def settings(data_dir: Path, options: ServerOptions) -> dict[str, Any]:
    """What is set on top of `directory.configuration.compose`."""
    return {
        "SECRET_KEY": secret_key(data_dir),
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", socket.gethostname().lower(), *options.hosts],
        "ROOT_URLCONF": "mailwake.app.urls",
        "MIDDLEWARE": _MIDDLEWARE,
        "TEMPLATES": _TEMPLATES,
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": _VALIDATORS,
        "STATIC_URL": "/static/",
        "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.AppDirectoriesFinder"],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_MAX_AGE": 3600,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 12 << 20,
        "FORM_RENDERER": "django.forms.renderers.DjangoTemplates",
        **_languages(data_dir),
        **_sessions(options),
        **_sign_in(options),
    }


def secret_key(data_dir: Path) -> str:
    """The key that signs sessions, made once and readable by the owner alone."""
    path = data_dir / _SECRET
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        text = secrets.token_urlsafe(64)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        return text


_MIDDLEWARE = [
    "mailwake.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mailwake.web.middleware.first_run",
    "mailwake.web.middleware.time_zone",
]
_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mailwake.web.frame.frame",
            ],
        },
    }
]
_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]


def _languages(data_dir: Path) -> dict[str, Any]:
    return {
        "USE_I18N": True,
        "LANGUAGE_CODE": "en",
        "LANGUAGES": LANGUAGES,
        "LOCALE_PATHS": [str(data_dir / "mailwake-locale")],
        "LANGUAGE_COOKIE_NAME": "mailwake-language",
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
    }


def _sessions(options: ServerOptions) -> dict[str, Any]:
    secure = options.secure
    return {
        "SESSION_COOKIE_NAME": "mailwake-session",
        "SESSION_COOKIE_AGE": _DAY // 2,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_USE_SESSIONS": True,
        "CSRF_FAILURE_VIEW": "mailwake.web.views.errors.forged",
        "SECURE_HSTS_SECONDS": 365 * _DAY if secure else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": secure,
        "SECURE_HSTS_PRELOAD": secure,
        "SECURE_SSL_REDIRECT": secure,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if options.behind_proxy else None,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
    }


def _sign_in(options: ServerOptions) -> dict[str, Any]:
    """django-allauth: nobody signs up by themselves; names in place of addresses; rate limits on."""
    return {
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_ADAPTER": "mailwake.web.adapters.AccountAdapter",
        "SOCIALACCOUNT_ADAPTER": "mailwake.web.adapters.SocialAccountAdapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "name",
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": "email",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*", "password2*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
        "ACCOUNT_RATE_LIMITS": {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"},
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "MFA_TOTP_ISSUER": "Mailwake",
        "SOCIALACCOUNT_ONLY": False,
        "SOCIALACCOUNT_AUTO_SIGNUP": True,
        "SOCIALACCOUNT_LOGIN_ON_GET": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": f"oidc{number}",
                        "name": one.name,
                        "client_id": one.client_id,
                        "secret": one.client_secret,
                        "settings": {"server_url": one.issuer, "groups_claim": one.groups_claim},
                    }
                    for number, one in enumerate(options.providers, 1)
                ],
            }
        },
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }
