"""Where the pages of orders answer, for each shop by its short name."""

from django.urls import path

from balcao.web.portal.orders import views
from balcao.web.portal.orders.matters import codes
from balcao.web.portal.orders.matters import views as matters
from balcao.web.portal.orders.returning import views as returning

app_name = "orders"
urlpatterns = [
    path("<slug:slug>/", views.find, name="find"),
    path("<slug:slug>/look.css", views.look, name="look"),
    path("<slug:slug>/leave/", views.leave, name="leave"),
    path("<slug:slug>/v/<str:token>/", views.link, name="link"),
    path("<slug:slug>/s/<str:token>/", views.signed, name="signed"),
    path("<slug:slug>/m/<str:token>/", matters.case, name="case"),
    path("<slug:slug>/m/<str:token>/say/", matters.answer, name="matter_say"),
    path("<slug:slug>/m/<str:token>/files/<int:pk>/", matters.file, name="matter_file"),
    path("<slug:slug>/m/<str:token>/code/", codes.send_code, name="matter_code"),
    path("<slug:slug>/m/<str:token>/verify/", codes.enter_code, name="matter_verify"),
    path("<slug:slug>/m/<str:token>/do/<slug:key>/", matters.do, name="matter_do"),
    path("<slug:slug>/orders/<str:number>/", views.order, name="order"),
    path("<slug:slug>/orders/<str:number>/code/", views.send_code, name="send_code"),
    path("<slug:slug>/orders/<str:number>/verify/", views.enter_code, name="enter_code"),
    path("<slug:slug>/orders/<str:number>/return/", returning.begin, name="return_new"),
    path("<slug:slug>/orders/<str:number>/returns/<str:rma>/", returning.show, name="return"),
    path("<slug:slug>/orders/<str:number>/returns/<str:rma>/label.pdf", returning.label, name="return_label"),
    path("<slug:slug>/orders/<str:number>/returns/<str:rma>/photos/", returning.photos, name="return_photos"),
    path("<slug:slug>/orders/<str:number>/returns/<str:rma>/outcome/", returning.outcome, name="return_outcome"),
    path("<slug:slug>/orders/<str:number>/<slug:kind>/", views.wish, name="wish"),
]
