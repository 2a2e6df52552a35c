"""Addresses of access; the library's own pages stand beside them."""

from django.urls import path

from balcao.web.accounts import views

app_name = "accounts"
urlpatterns = [path("invitation/<str:token>/", views.invitation, name="invitation")]
