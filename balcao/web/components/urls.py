"""Addresses of what agents set for themselves."""

from django.urls import path

from balcao.web.components import me

app_name = "me"
urlpatterns = [
    path("presence/", me.presence, name="presence"),
    path("theme/", me.theme, name="theme"),
    path("layout/", me.layout, name="layout"),
    path("preferences/", me.preferences_page, name="preferences"),
]
