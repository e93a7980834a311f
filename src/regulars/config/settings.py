"""Django's settings: nearly everything is decided here, and what differs by installation comes from the environment.

REGULARS_HOME        everything the installation keeps (default: var/ in the current folder)
DATABASE_URL         a PostgreSQL server of your own, instead of the embedded one
REGULARS_URL         the address people use, e.g. https://loyalty.example; https makes cookies secure
REGULARS_DATA_KEY    seals what a copy of the database must not tell, and keys hashes (default: a file made in the home)
REGULARS_SECRET_KEY  signs sessions (default: a file made in the home)
REGULARS_DEBUG       1 shows faults in full; never on a machine that others reach
REGULARS_EMAIL_URL   smtp://user:password@host:port, or smtps:// (default: letters are files in the home)
REGULARS_PRIVATE_HOSTS  hosts of private networks that messages may go over, e.g. mail.lan,10.0.0.5 (default: none)
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from regulars.config.security import CONTENT_SECURITY_POLICY
from regulars.platform.database import database_settings
from regulars.platform.home import find_home, read_secret_key
from regulars.platform.logs import logging_settings
from regulars.platform.mail import mailers

HOME = find_home()
DEBUG = os.environ.get("REGULARS_DEBUG") == "1"
SECRET_KEY = read_secret_key(HOME)
URL = os.environ.get("REGULARS_URL", "http://localhost:8000").rstrip("/")
IS_HTTPS = urlsplit(URL).scheme == "https"

# Host names belong to merchants and change at run time: the merchant middleware refuses the ones it does not know.
ALLOWED_HOSTS = ["*"]

# --- apps and schemas -----------------------------------------------------------------------------

SHARED_APPS = ["django_tenants", "regulars.platform", "procrastinate.contrib.django", "django.contrib.postgres"]
TENANT_APPS = [
    "regulars.backoffice",  # first: its templates stand before those of allauth
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "regulars.ledger",
    "regulars.audit",
    "regulars.files",
    "regulars.stores",
    "regulars.brand",
    "regulars.staff",
    "regulars.programs",
    "regulars.members",
    "regulars.cards",
    "regulars.audiences",
    "regulars.consents",
    "regulars.messages",
    "regulars.rewards",
    "regulars.tiers",
    "regulars.points",
    "regulars.sales",
    "regulars.receipts",
    "regulars.care",
    "regulars.reports",
    "regulars.imports",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS, "django.contrib.staticfiles"]

TENANT_MODEL = "platform.Merchant"
TENANT_DOMAIN_MODEL = "platform.Domain"
TENANT_LIMIT_SET_CALLS = True
AUTH_USER_MODEL = "staff.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

APPEND_ONLY_TABLES = (
    "ledger_entry",
    "ledger_allocation",
    "ledger_lotdate",
    "ledger_lotmove",
    "ledger_handover",
    "ledger_seal",
    "audit_event",
    "rewards_step",
    "points_memberevent",
    "cards_rankchange",
    "consents_consent",
    "messaging_templateversion",
    "messaging_templatetext",
)
"""Tables whose rows the application may add and read, and never change or remove."""

# --- database -------------------------------------------------------------------------------------

DATABASES = {"default": database_settings(HOME)}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_FUNCTION": "django_tenants.cache.make_key",  # a merchant's name is part of every key
    }
}

# --- requests -------------------------------------------------------------------------------------

ROOT_URLCONF = "regulars.config.urls"
WSGI_APPLICATION = "regulars.config.wsgi.application"

MIDDLEWARE = [
    "regulars.platform.metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "regulars.platform.hosts.MerchantByHost",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regulars.backoffice.tongue.InTheirLanguage",
    "regulars.backoffice.brand.InItsLooks",
    "regulars.backoffice.door.TeamDoor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # the files in the packages are the files that are served: nothing to collect
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

# --- security -------------------------------------------------------------------------------------

SECURE_CSP = CONTENT_SECURITY_POLICY
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [URL] if IS_HTTPS else []

if IS_HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Regulars speaks plain HTTP to the proxy that holds the certificate.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
FILE_UPLOAD_HANDLERS = [
    "regulars.files.uploads.AtMost",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- signing in -----------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "regulars.backoffice.sign_in.TeamAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
MFA_TOTP_ISSUER = "Regulars"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# --- words and times ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("vi", "Tiếng Việt"), ("ms", "Bahasa Melayu"), ("zh-hans", "简体中文")]  # by themselves
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
FORMAT_MODULE_PATH = "regulars.config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# --- letters and logs -----------------------------------------------------------------------------

PRIVATE_HOSTS = frozenset(os.environ.get("REGULARS_PRIVATE_HOSTS", "").lower().replace(" ", "").split(",")) - {""}
MAILERS = mailers(HOME, os.environ.get("REGULARS_EMAIL_URL", ""))
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings(debug=DEBUG)
