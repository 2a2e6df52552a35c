"""People: finding them, their card, notes about them, merging two of them and taking it back."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balcao.commerce import queries as commerce
from balcao.commerce.models import Order
from balcao.customers import actions, queries
from balcao.customers.models import Customer, CustomerNote, Identity, Link
from balcao.customers.types import REASONS, Refused
from balcao.kit.numbers import number_in, numbers_in
from balcao.ports.channel import IdentityKind, Party
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Permission
from balcao.tickets.queries.lists import tickets_of_customer
from balcao.web.components.access import for_agents
from balcao.web.desk import words
from balcao.web.desk.access import customer_for, safe_address, wants_fragment
from balcao.web.desk.customer import duplicates_of, local_time
from balcao.web.desk.frame import context
from balcao.web.desk.orders.words import stage_words

_FIELDS = ("name", "salutation", "language", "city", "time_zone")


@require_safe
@for_agents(Permission.CUSTOMER_READ)
def customers(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Find a person by the beginning of a name, an address or a phone number."""
    query = request.GET.get("q", "").strip()
    found = [row for row in queries.search_customers(query, region=_region(agent), limit=50) if _may_see(agent, row)]
    return render(request, "desk/customers.html", context(request, agent, view=None, query=query, found=found))


def _region(agent: Agent) -> str:
    return (
        Shop.objects.filter(pk__in=agent.shop_ids()).exclude(region="").values_list("region", flat=True).first() or ""
    )


def _may_see(agent: Agent, identity: Identity) -> bool:
    try:
        customer_for(agent, identity.customer_id)
    except Http404:
        return False
    return True


@require_safe
@for_agents(Permission.CUSTOMER_READ)
def customer(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Show one person whole."""
    person = queries.card(customer_for(agent, pk).pk)
    if person.customer.pk != pk:
        return redirect("desk:customer", person.customer.pk)
    more: dict[str, Any] = {
        "person": person,
        "local": local_time(person, now=timezone.now()),
        "earlier": tickets_of_customer(customer_id=pk, agent=agent, limit=50),
        "merges": queries.active_links(person.customer),
        "duplicates": duplicates_of(agent, person),
        "status_words": words.status_words,
        "orders": _orders(agent, person),
        "stage_words": stage_words,
    }
    return render(request, "desk/customer.html", context(request, agent, view=None, **more))


def _orders(agent: Agent, person: queries.Card) -> list[Order]:
    """Return what a person bought in the agent's shops, to those who may see orders."""
    if not agent.may(Permission.ORDER_READ):
        return []
    return commerce.orders_of(identities=person.identities, shop_ids=agent.shop_ids())


@require_safe
@for_agents(Permission.CUSTOMER_READ)
def hints(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Return what a panel shows a moment later: who may be the same person, and the merges that made this one."""
    person = queries.card(customer_for(agent, pk).pk)
    more = {
        "person": person,
        "duplicates": duplicates_of(agent, person),
        "merges": queries.active_links(person.customer),
        "back": safe_address(request, request.headers.get("HX-Current-URL", ""), ""),
    }
    return render(request, "desk/_hints.html", context(request, agent, **more))


@require_http_methods(["GET", "POST"])
@for_agents(Permission.CUSTOMER_EDIT)
def edit(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Change what the card says."""
    person = customer_for(agent, pk)
    if request.method == "POST":
        facts = {name: request.POST.get(name, "") for name in _FIELDS}
        actions.edit(customer=person, agent=agent, now=timezone.now(), **facts)
        return _back(request, person)
    more = {
        "person": queries.card(pk),
        "languages": [("", "–"), *settings.LANGUAGES],
        "back": _back_address(request, person),
    }
    name = "desk/_customer_edit.html" if wants_fragment(request) else "desk/page_customer_edit.html"
    return render(request, name, context(request, agent, view=None, **more))


def _back_address(request: HttpRequest, person: Customer) -> str:
    wanted = request.POST.get("back") or request.GET.get("back") or request.headers.get("HX-Current-URL") or ""
    return safe_address(request, wanted, reverse("desk:customer", args=[person.pk]))


def _back(request: HttpRequest, person: Customer) -> HttpResponse:
    return redirect(_back_address(request, person))


@require_POST
@for_agents(Permission.CUSTOMER_EDIT)
def note(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Write a remark about a person, kept with the identity it is about."""
    person = customer_for(agent, pk)
    identities = queries.identities_of(pk)
    asked = number_in(request.POST.get("identity", ""))
    identity = next((one for one in identities if one.pk == asked), identities[0])
    text = request.POST.get("text", "").strip()
    if text:
        actions.add_note(
            identity=identity, agent=agent, text=text, now=timezone.now(), is_pinned=bool(request.POST.get("pin"))
        )
    return _back(request, person)


@require_POST
@for_agents(Permission.CUSTOMER_EDIT)
def pin(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Pin a remark to the top, or let it go."""
    row = CustomerNote.objects.select_related("identity").filter(pk=pk).first()
    if row is None:
        raise Http404
    person = customer_for(agent, row.identity.customer_id)
    actions.pin_note(note=row, is_pinned=not row.is_pinned, agent=agent, now=timezone.now())
    return _back(request, person)


@require_http_methods(["GET", "POST"])
@for_agents(Permission.CUSTOMER_EDIT)
def address(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Add another address of the same person."""
    person = customer_for(agent, pk)
    error = ""
    if request.method == "POST":
        error = _add_address(request, agent, person)
        if not error:
            return _back(request, person)
    kinds = [(IdentityKind.EMAIL.value, _("E-mail")), (IdentityKind.PHONE.value, _("Phone"))]
    more = {"person": queries.card(pk), "kinds": kinds, "error": error, "back": _back_address(request, person)}
    name = "desk/_address.html" if wants_fragment(request) else "desk/page_address.html"
    status = 422 if error else 200
    return render(request, name, context(request, agent, view=None, **more), status=status)


def _add_address(request: HttpRequest, agent: Agent, person: Customer) -> str:
    kind = request.POST.get("kind", "")
    if kind not in {IdentityKind.EMAIL, IdentityKind.PHONE}:
        return _("Choose what kind of address this is.")
    party = Party(IdentityKind(kind), request.POST.get("value", "").strip())
    try:
        actions.add_identity(customer=person, party=party, region=_region(agent), agent=agent, now=timezone.now())
    except Refused as refused:
        return refusal(refused)
    return ""


def refusal(refused: Refused) -> str:
    """Return why something was not done to a customer, in the agent's language."""
    return _(refused.message) % refused.values


@require_http_methods(["GET", "POST"])
@for_agents(Permission.CUSTOMER_MERGE)
def merge(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Make two customers one, after a look at what that makes."""
    kept = customer_for(agent, pk)
    asked = number_in(request.POST.get("with") or request.GET.get("with") or "")
    other = customer_for(agent, asked) if asked is not None else None
    if request.method == "POST" and other and request.POST.get("sure"):
        return _merge(request, agent, kept, other)
    query = request.GET.get("q", "").strip()
    found = queries.search_customers(query, region=_region(agent), limit=8) if query else []
    more: dict[str, Any] = {
        "person": queries.card(kept.pk),
        "other": queries.card(other.pk) if other else None,
        "preview": queries.merge_preview(kept, other, now=timezone.now()) if other else None,
        "found": [row for row in found if row.customer_id != kept.pk and _may_see(agent, row)],
        "query": query,
        "duplicates": duplicates_of(agent, queries.card(kept.pk)),
        "reasons": lambda suggestion: ", ".join(_(REASONS[reason]) for reason in suggestion.reasons),
        "refusal": refusal,
        "back": _back_address(request, kept),
    }
    name = "desk/_customer_merge.html" if wants_fragment(request) else "desk/page_customer_merge.html"
    return render(request, name, context(request, agent, view=None, **more))


def _merge(request: HttpRequest, agent: Agent, kept: Customer, other: Customer) -> HttpResponse:
    is_checked = bool(request.POST.get("checked")) and agent.may(Permission.QUARANTINE)
    try:
        link = actions.merge(
            kept=kept, absorbed=other, agent=agent, evidence={"by": "agent"}, now=timezone.now(), is_checked=is_checked
        )
    except Refused as refused:
        messages.error(request, refusal(refused))
        return _back(request, kept)
    undo = f"undo:{reverse('desk:customer_part', args=[link.pk])}"
    messages.success(request, _("They are one customer now."), extra_tags=undo)
    return _back(request, kept)


@require_POST
@for_agents(Permission.CUSTOMER_MERGE)
def part(request: HttpRequest, agent: Agent, link_id: int) -> HttpResponse:
    """Take a merge of customers back, and say which other link still joins them."""
    link = Link.objects.select_related("identity_a").filter(pk=link_id).first()
    if link is None:
        raise Http404
    person = customer_for(agent, link.identity_a.customer_id)
    try:
        undone = actions.undo_merge(link=link, agent=agent, now=timezone.now())
    except Refused as refused:
        messages.error(request, refusal(refused))
        return _back(request, person)
    if undone.still_joined:
        messages.warning(request, _("Taken back, but another merge still joins them: undo that one too."))
    else:
        messages.success(request, _("The merge was taken back."))
    return _back(request, person)


@require_POST
@for_agents(Permission.CUSTOMER_MERGE)
def two_people(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Note for good that two records are two people."""
    person = customer_for(agent, pk)
    pair = list(Identity.objects.filter(pk__in=numbers_in(request.POST.getlist("identity"))))
    if len(pair) != 2 or pk not in {one.customer_id for one in pair}:  # noqa: PLR2004 - a pair
        raise Http404
    for one in pair:
        customer_for(agent, one.customer_id)
    try:
        actions.declare_not_same(one=pair[0], other=pair[1], agent=agent, now=timezone.now())
        messages.success(request, _("Noted: these are two people."))
    except Refused as refused:
        messages.error(request, refusal(refused))
    return _back(request, person)
