"""Where the boards answer."""

from django.urls import path
from django.views.generic import RedirectView

from balcao.web.boards import views

app_name = "boards"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="boards:stages"), name="index"),
    path("stages/", views.stages, name="stages"),
    path("stages.csv", views.stages_file, name="stages_file"),
    path("kinds/", views.kinds, name="kinds"),
    path("kinds.csv", views.kinds_file, name="kinds_file"),
]
