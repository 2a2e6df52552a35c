"""Django settings, read from the environment; sane with none set."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from balcao.kit.env import Env
from balcao.project.database import database_settings
from balcao.project.logs import logging_settings
from balcao.project.mailer import mailer
from balcao.project.secret_key import installation_secret
from balcao.project.statics import static_version

django_stubs_ext.monkeypatch()  # lets `ModelAdmin[Job]` and the like be written as the type checker wants them

env = Env()

PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.path("BALCAO_DATA_DIR", PACKAGE_DIR.parent / "var")
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = env.switch("BALCAO_DEBUG", default=False)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")  # earlier keys, while they are being replaced
SECRET_KEY = env.text("SECRET_KEY") or installation_secret(DATA_DIR / "secret-key")

# The address under which people open this installation; links in mails start with it.
PUBLIC_URL = env.text("BALCAO_PUBLIC_URL", "http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [
    *env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]),
    *([_public.hostname] if _public.hostname else []),
]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

# --- Parts -----------------------------------------------------------------------------------------------------------

_MODULES = [
    "balcao.journal",
    "balcao.jobs",
    "balcao.shops",
    "balcao.staff",
    "balcao.deadlines",
    "balcao.notices",
    "balcao.webhooks",
    "balcao.customers",
    "balcao.channels",
    "balcao.commerce",
    "balcao.tickets",
    "balcao.processes",
    "balcao.returns",
    "balcao.automation",
    "balcao.api",
]
PLUGINS = env.words("BALCAO_PLUGINS")  # dotted paths of classes beside our own
INSTALLED_APPS = [
    "balcao.project",
    *_MODULES,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "balcao.project.middleware.content_security",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "balcao.project.middleware.session_limits",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "balcao.web.components.middleware.agent_locale",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
ROOT_URLCONF = "balcao.project.urls"
PAGE_THREADS = env.number("BALCAO_PAGE_THREADS", 6, least=1)  # requests for pages served at once by one process
WSGI_APPLICATION = "balcao.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- State -----------------------------------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'balcao.sqlite3'}"
DATABASES = {"default": database_settings(DATABASE_URL, pool_size=env.number("BALCAO_DATABASE_POOL", 10, least=0))}

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    # Room for many: limits on strangers are counted here, and nobody may push another's count out.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
}

S3_BUCKET = env.text("BALCAO_S3_BUCKET")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("BALCAO_S3_ENDPOINT") or None,
            "access_key": env.text("BALCAO_S3_ACCESS_KEY") or None,
            "secret_key": env.text("BALCAO_S3_SECRET_KEY") or None,
        },
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
LARGEST_REQUEST = 64 * 1024 * 1024  # bytes; a mail of 25 MB that a provider hands over as base64, and room
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024  # a message with its pasted pictures

# --- Pages -----------------------------------------------------------------------------------------------------------

_TEMPLATE_DIRS = [
    PACKAGE_DIR / "web" / "components" / "templates",
    *sorted(path for path in (PACKAGE_DIR / "web").glob("*/templates") if path.parent.name != "components"),
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": _TEMPLATE_DIRS,
        "OPTIONS": {
            "environment": "balcao.project.jinja.environment",
            "context_processors": ["balcao.web.components.page.page_context"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
# The places at the left edge of every page, in order.
RAIL = ["balcao.web.desk.rail.LINKS", "balcao.web.boards.rail.LINKS", "balcao.web.console.rail.LINKS"]
STATICFILES_DIRS = sorted((PACKAGE_DIR / "web").glob("*/static"))
STATIC_ROOT = None  # served from where they stand: nothing is collected
# The version stands in the path, so a browser keeps every file for ever and modules find each other by relative paths.
STATIC_URL = f"/static/{static_version(STATICFILES_DIRS)}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 365 * 24 * 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"  # a toast costs no write

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pt-br", "Português (Brasil)"), ("tr", "Türkçe")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Programs --------------------------------------------------------------------------------------------------------

API_REQUESTS_A_MINUTE = env.number("BALCAO_API_REQUESTS_A_MINUTE", 600, least=1)  # of one token, in one process

# --- Webhooks: what we send to the addresses that an admin enters -----------------------------------------------------

# Receivers in our own network, and over http: for development, and where the other system stands next door.
WEBHOOKS_TO_PRIVATE = env.switch("BALCAO_WEBHOOKS_TO_PRIVATE", default=False)
WEBHOOKS_KEPT_DAYS = env.number("BALCAO_WEBHOOKS_KEPT_DAYS", 30, least=1)

# --- Work for later --------------------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "balcao.jobs.backend.LeasedBackend"}}

# --- Who may come in -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "staff.Agent"
AUTHENTICATION_BACKENDS = ["balcao.project.accounts.AgentBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # agents come by invitation only
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody makes us write to strangers
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_ADAPTER = "balcao.project.accounts.InvitedOnly"
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "balcao.project.accounts.SealedSteps"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Balcão"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _public.scheme == "http"
USERSESSIONS_TRACK_ACTIVITY = False  # a write for each page would be the dearest part of it

SESSION_ENGINE = "balcao.project.sessions"
SESSION_IDLE_SECONDS = env.number("BALCAO_SESSION_IDLE_HOURS", 8, least=1) * 3600
SESSION_COOKIE_AGE = env.number("BALCAO_SESSION_HOURS", 24, least=1) * 3600
SESSION_COOKIE_NAME = "balcao_session"
CSRF_COOKIE_NAME = "balcao_csrf"
CSRF_FAILURE_VIEW = "balcao.web.components.faults.forged"
LANGUAGE_COOKIE_NAME = "balcao_language"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
SECURE_HSTS_SECONDS = 31_536_000 if _public.scheme == "https" else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# From where our own proxy calls: only there X-Forwarded-For and -Proto are believed (project/proxies.py).
_NEAR = ["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
_is_behind_proxy = env.switch("BALCAO_BEHIND_PROXY", default=False)
TRUSTED_PROXIES = env.networks("BALCAO_TRUSTED_PROXIES", _NEAR) if _is_behind_proxy else []

# --- Mail of the installation itself: invitations, password resets, notices -------------------------------------------

_mailer = mailer(env.text("BALCAO_SMTP_URL"))
EMAIL_BACKEND = _mailer.backend
EMAIL_HOST = _mailer.host
EMAIL_PORT = _mailer.port
EMAIL_HOST_USER = _mailer.name
EMAIL_HOST_PASSWORD = _mailer.password
EMAIL_USE_TLS = _mailer.upgrades_to_tls
EMAIL_USE_SSL = _mailer.starts_with_tls
EMAIL_TIMEOUT = 20  # seconds
EMAIL_FILE_PATH = DATA_DIR / "outbox"
DEFAULT_FROM_EMAIL = env.text("BALCAO_MAIL_FROM", f"Balcão <balcao@{_public.hostname or 'localhost'}>")

# --- Logs ------------------------------------------------------------------------------------------------------------

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings(
    style=env.choice("BALCAO_LOG", "rich" if sys.stderr.isatty() else "plain", among=("rich", "plain", "json")),
    level=env.choice("BALCAO_LOG_LEVEL", "info", among=("debug", "info", "warning", "error")),
)
