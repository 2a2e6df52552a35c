"""Where customers' pages answer; the key of a channel authorises nothing but writing to it."""

from django.urls import path

from balcao.web.portal import views

app_name = "portal"
urlpatterns = [
    path("<str:key>/", views.form, name="form"),
    path("<str:key>/thanks/", views.thanks, name="thanks"),
    path("<str:key>/look.css", views.look, name="look"),
    path("<str:key>/embed.js", views.embed, name="embed"),
]
