"""The order book's files: bringing orders and products in, with a page to say which column is what, and writing out."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from balcao.commerce.actions import files as stored
from balcao.commerce.actions import importing
from balcao.commerce.actions.book import Book
from balcao.commerce.models import Backend, ImportedFile
from balcao.commerce.rules.importing.fields import Field
from balcao.commerce.rules.importing.mapping import BadMapping, FileMapping
from balcao.commerce.types import ImportState
from balcao.kit.tables import ENDINGS, WRITTEN, BadTable, Row, rows_in
from balcao.pipeline import order_files
from balcao.staff.models import Agent
from balcao.web.components.access import for_agents
from balcao.web.components.formats import money
from balcao.web.console.frame import page
from balcao.web.console.mapping_form import MappingForm
from balcao.web.console.mapping_words import field_words
from balcao.web.console.views.shop_systems import MAY, backend_for, system_context

_SHOWN = 20
_SAMPLE = 200  # rows by which columns are shown
_SHOWN_FAULTS = 10
_WHAT = (("orders", gettext_lazy("Orders")), ("products", gettext_lazy("Products")))


class FileForm(forms.Form):
    """A file to bring in."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=False,
        max_length=200,
        help_text=gettext_lazy("CSV, XLSX or JSON, as your shop system writes it."),
        widget=forms.FileInput({"accept": ",".join(ENDINGS)}),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What is in it"), choices=_WHAT, initial="orders", widget=forms.RadioSelect
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse at once what cannot be a table, and what is too large."""
        given = cast("UploadedFile[bytes]", self.cleaned_data["file"])
        if not (given.name or "").lower().endswith(ENDINGS):
            raise forms.ValidationError(_("%(name)s is no CSV, XLSX or JSON file by its name.") % {"name": given.name})
        if (given.size or 0) > stored.MOST_BYTES:
            raise forms.ValidationError(_("This file is too large. Write it in parts, by year for example."))
        return given


_NOTHING: dict[str, Any] = {"trouble": "", "orders": [], "products": [], "wrong": [], "fault_count": 0}


def book_for(agent: Agent, backend_id: int) -> Backend:
    """Return an order book of the agent's shops."""
    backend = backend_for(agent, backend_id)
    if backend.kind != Book.kind:
        raise Http404
    return backend


def _file_for(agent: Agent, backend_id: int, import_id: int) -> ImportedFile:
    backend = book_for(agent, backend_id)
    row = ImportedFile.objects.filter(pk=import_id, backend=backend).first()
    if row is None:
        raise Http404
    row.backend = backend
    return row


@require_http_methods(["GET", "POST"])
@for_agents(MAY)
def files(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponse:
    """Show the files that were brought in, and take another one."""
    backend = book_for(agent, backend_id)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        given = form.cleaned_data["file"]
        row = stored.take_file(
            backend=backend,
            name=given.name,
            content=given,
            holds_products=form.cleaned_data["what"] == "products",
            agent=agent,
            language=get_language() or "",
            now=timezone.now(),
        )
        return redirect("console:shop_system_import", backend.pk, row.pk)
    rows = ImportedFile.objects.filter(backend=backend).select_related("agent").order_by("-id")[:_SHOWN]
    context = system_context(backend, "files") | {"form": form, "rows": rows, "written": WRITTEN, "what": _WHAT}
    return page(request, agent, "shop_system_files", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_agents(MAY)
def mapping(request: HttpRequest, agent: Agent, backend_id: int, import_id: int) -> HttpResponse:
    """Say which column is what and look at the first rows; once that is said, show how far the reading has come."""
    row = _file_for(agent, backend_id, import_id)
    context = system_context(row.backend, "files") | {"row": row, "problem": ""}
    if row.state != ImportState.MAPPING:
        return page(request, agent, "shop_system_import", context | state_context(row))
    try:
        sample, guess = _beginning(row)
    except BadTable as error:
        return page(request, agent, "shop_system_import", context | {"problem": _(str(error)) % error.values})
    form = MappingForm(
        request.POST or None,
        sample=sample,
        guess=guess,
        products=row.holds_products,
        currency=row.backend.shop.currency,
    )
    seen = _NOTHING | (_seen(row, form) if form.is_valid() or not form.is_bound else {})
    if form.is_bound and form.is_valid() and "bring" in request.POST:
        if stored.begin(row=row, mapping=form.document()):
            order_files.bring_in.using(key=f"file:{row.pk}").enqueue(row.pk)
        return redirect("console:shop_system_import", row.backend_id, row.pk)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return page(request, agent, "shop_system_mapping", context | {"form": form, **seen}, status=status)


def _beginning(row: ImportedFile) -> tuple[list[Row], FileMapping]:
    """Return the first rows of a file and what its columns most likely are; raises `BadTable`."""
    shop = row.backend.shop
    with stored.at_hand(row) as path:
        sample = list(islice(rows_in(path, legacy=order_files.legacy_of(shop)), _SAMPLE))
    home = importing.home_of(shop)
    try:
        found = importing.found_out(rows=sample, given=FileMapping(), home=home, products=row.holds_products)
    except BadMapping:
        return sample, FileMapping()
    return sample, found.mapping


def _seen(row: ImportedFile, form: MappingForm) -> dict[str, Any]:
    """Return what the first rows say as the form stands; what is missing is an error of the form."""
    try:
        with stored.at_hand(row) as path:
            found = order_files.opened(row, path, form.mapping())
            glance = importing.glance(found=found, products=row.holds_products)
    except BadMapping as error:
        if form.is_bound:
            form.add_error(None, _trouble(error))
        return {"trouble": "" if form.is_bound else _trouble(error)}
    language = get_language() or "en"
    return {
        "orders": [(one, money(one.total, one.currency, language=language)) for one in glance.orders],
        "products": glance.products,
        "wrong": [order_files.plain_fault(name, fault) for name, fault in glance.faults[:_SHOWN_FAULTS]],
        "fault_count": len(glance.faults),
    }


def _trouble(error: BadMapping) -> str:
    if set(error.values) >= {"field", "there"}:
        return _("Say which column is: %(name)s.") % {"name": field_words(Field(error.values["field"]))}
    return _(str(error)) % error.values


def state_context(row: ImportedFile) -> dict[str, Any]:
    """Return how far the reading of a file has come."""
    share = min(row.done * 100 // row.total, 100) if row.total else 0
    is_over = row.state in (ImportState.DONE, ImportState.FAILED)
    return {"row": row, "is_over": is_over, "share": 100 if is_over else share}


@require_GET
@for_agents(MAY)
def state(request: HttpRequest, agent: Agent, backend_id: int, import_id: int) -> HttpResponse:
    """Show how far the reading has come; the page asks until it is over."""
    row = _file_for(agent, backend_id, import_id)
    return render(request, "console/_import_state.html", {"backend": row.backend, **state_context(row)})


@require_GET
@for_agents(MAY)
def faults(request: HttpRequest, agent: Agent, backend_id: int, import_id: int) -> HttpResponseBase:
    """Hand the list of all faults over, by row and column."""
    row = _file_for(agent, backend_id, import_id)
    content = stored.faults_of(row)
    if content is None:
        raise Http404
    name = f"{row.name.rpartition('.')[0] or row.name}-{_('faults')}.csv"
    return FileResponse(content, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


@require_GET
@for_agents(MAY)
def export(request: HttpRequest, agent: Agent, backend_id: int) -> HttpResponseBase:
    """Hand the whole book over as a file."""
    backend = book_for(agent, backend_id)
    what, ending = request.GET.get("what", "orders"), request.GET.get("as", ".csv")
    if what not in dict(_WHAT) or ending not in WRITTEN:
        raise Http404
    stamp = timezone.localdate().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"book{ending}"
        order_files.write_out(backend=backend, products=what == "products", path=path)
        content = path.open("rb")  # it stays readable when the folder is gone
    return FileResponse(content, as_attachment=True, filename=f"{backend.shop.slug}-{what}-{stamp}{ending}")
