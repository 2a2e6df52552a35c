"""The pages as a WSGI application."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from balcao.project.proxies import behind_proxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balcao.project.settings")

application = behind_proxies(get_wsgi_application(), trusted=settings.TRUSTED_PROXIES)
