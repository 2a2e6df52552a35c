"""Where each part answers."""

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
    path("boards/", include("balcao.web.boards.urls")),
    path("console/", include("balcao.web.console.urls")),
    path("f/", include("balcao.web.portal.urls")),
    path("o/", include("balcao.web.portal.orders.urls")),
    path("hooks/", include("balcao.api.hooks")),
    path("api/", include("balcao.api.v1.urls")),
    path("", include("balcao.web.desk.urls")),
]
handler400 = "balcao.web.components.faults.bad_request"
handler403 = "balcao.web.components.faults.forbidden"
handler404 = "balcao.web.components.faults.not_found"
handler429 = "balcao.web.components.faults.too_many"  # asked for by the library of the door
handler500 = "balcao.web.components.faults.server_error"
