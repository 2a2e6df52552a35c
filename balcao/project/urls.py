"""Where each part answers."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from balcao.web.accounts.views import not_here

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/email/", not_here),
    path("account/confirm-email/", not_here),
    path("account/confirm-email/<str:key>/", not_here),
    path("account/", include("balcao.web.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("me/", include("balcao.web.components.urls")),
    path("admin/", admin.site.urls),
]
# While a face is being built it is not there yet.
for _prefix, _urls in (
    ("", "balcao.web.desk.urls"),
    ("console/", "balcao.web.console.urls"),
    ("f/", "balcao.web.portal.urls"),
    ("hooks/", "balcao.api.hooks"),
    ("api/", "balcao.api.v1.urls"),
):
    _path = settings.PACKAGE_DIR.parent / _urls.replace(".", "/")
    if _path.with_suffix(".py").exists() or _path.is_dir():
        urlpatterns.append(path(_prefix, include(_urls)))
