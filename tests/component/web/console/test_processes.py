"""Designing processes in the console: who may, what is kept, what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from balcao.automation.actions import save_macro
from balcao.deadlines.actions.calendars import create_calendar
from balcao.deadlines.models import DepartmentCalendar
from balcao.journal.types import SYSTEM
from balcao.processes.actions import blueprints
from balcao.processes.actions.moving import Mover, start
from balcao.processes.models import Blueprint, DraftEdit
from balcao.processes.queries.designing import digest, draft_of
from balcao.processes.rules.reading import parse_blueprint
from balcao.processes.types import Blueprint as Read
from balcao.processes.types import Department as Played
from balcao.shops.models import Shop
from balcao.staff.models import Agent, Department
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, receive
from balcao.tickets.models import Ticket

NOW = timezone.now()
WEEK = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def helena(moringa: Shop) -> Agent:
    """Hire the admin of every shop."""
    return make_agent("Helena", shop=moringa, role=Role.ADMIN, every_shop=True)


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture
def cancel(moringa: Shop) -> Blueprint:
    """Bring the defaults in, and give the one for cancellations."""
    spec = {"tz": "America/Sao_Paulo", "weekly": WEEK, "overrides": {}}
    create_calendar(key="shop", name="Loja", spec=spec, now=NOW, shop=moringa)
    blueprints.bring_defaults(now=NOW)
    return Blueprint.objects.get(key="cancel", shop=None)


def at(name: str, blueprint: Blueprint, **query: str) -> str:
    address = reverse(f"console:{name}", args=[blueprint.pk])
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


def shown(blueprint: Blueprint) -> Read:
    version = draft_of(blueprint) or blueprint.current
    assert version
    return parse_blueprint(version.spec)


def seen(blueprint: Blueprint) -> str:
    version = draft_of(blueprint) or blueprint.current
    assert version
    return digest(version.spec)


def stage_form(blueprint: Blueprint, stage_key: str, **changes: Any) -> dict[str, Any]:
    """Fill the form of a stage in as the page does."""
    stage = shown(blueprint).stage(stage_key)
    texts = {
        f"{name}.{code}": words
        for name in ("names", "customer_names", "customer_texts")
        for code, words in getattr(stage, name).items()
    }
    effects: dict[str, Any] = {}
    for number, effect in enumerate(stage.effects):
        effects[f"effects.{number}.kind"] = effect.kind.value
        effects |= {f"effects.{number}.{name}": value for name, value in effect.arguments.items()}
    own = {
        "owner": stage.owner,
        "unit": stage.unit.value,
        "limit.amount": str(stage.limit_seconds // 60),
        "limit.scale": "m",
        "entry_fields": list(stage.entry_fields),
        "exit_fields": list(stage.exit_fields),
    }
    return {"stage": stage_key, "seen": seen(blueprint), "key": "form-1", **texts, **own, **effects, **changes}


def edit(visitor: Client, blueprint: Blueprint, given: dict[str, Any], **more: Any) -> Any:
    return visitor.post(at("process_edit", blueprint), given, **more)


# --- Who may --------------------------------------------------------------------------------------------------------


def test_a_supervisor_reads_and_changes_nothing(
    cancel: Blueprint, moringa: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    lia = enter(make_agent("Lia", shop=moringa, role=Role.SUPERVISOR, every_shop=True))
    assert "Cancellation" in lia.get(reverse("console:processes")).content.decode()
    page = lia.get(at("process", cancel, stage="asked")).content.decode()
    assert '<fieldset class="panel-fields" disabled>' in page
    assert edit(lia, cancel, stage_form(cancel, "asked")).status_code == 403
    assert lia.get(at("process_publish", cancel)).status_code == 403


def test_an_agent_sees_none_of_it(cancel: Blueprint, moringa: Shop, enter: Callable[[Agent | None], Client]) -> None:
    bruno = enter(make_agent("Bruno", shop=moringa))
    assert bruno.get(reverse("console:processes")).status_code == 403
    assert bruno.get(at("process", cancel)).status_code == 403


def test_an_admin_of_one_shop_leaves_what_holds_in_every_shop(
    cancel: Blueprint, moringa: Shop, next_door: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    ana = enter(make_agent("Ana", shop=moringa, role=Role.ADMIN))
    assert edit(ana, cancel, stage_form(cancel, "asked", owner="fin")).status_code == 403
    ana.post(at("process_own", cancel), {"shop": next_door.pk})
    assert not Blueprint.objects.filter(shop=next_door).exists()
    ana.post(at("process_own", cancel), {"shop": moringa.pk})
    own = Blueprint.objects.get(key="cancel", shop=moringa)
    edit(ana, own, stage_form(own, "asked", owner="fin"))
    assert shown(own).stage("asked").owner == "fin"
    assert shown(cancel).stage("asked").owner == "cs"


def test_a_shop_next_door_is_nobody_elses(
    cancel: Blueprint, moringa: Shop, next_door: Shop, visitor: Client, enter: Callable[[Agent | None], Client]
) -> None:
    visitor.post(at("process_own", cancel), {"shop": next_door.pk})
    own = Blueprint.objects.get(key="cancel", shop=next_door)
    ana = enter(make_agent("Ana", shop=moringa, role=Role.ADMIN))
    assert ana.get(at("process", own)).status_code == 404


# --- Editing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["return", "exchange", "complaint"])
def test_every_part_of_a_process_has_its_form(visitor: Client, cancel: Blueprint, key: str) -> None:
    row = Blueprint.objects.get(key=key, shop=None)
    read = shown(row)
    parts = [("stage", one.key) for one in read.stages] + [("way", one.key) for one in read.transitions]
    for kind, name in [*parts, *(("field", one.key) for one in read.fields)]:
        assert visitor.get(at("process", row, **{kind: name})).status_code == 200


def test_an_edit_begins_a_draft_and_the_published_version_stays(visitor: Client, cancel: Blueprint) -> None:
    answer = edit(visitor, cancel, stage_form(cancel, "asked", **{"owner": "fin", "names.en": "Asked for"}))
    assert answer.status_code == 302
    draft = draft_of(cancel)
    assert draft
    assert (draft.number, shown(cancel).stage("asked").owner) == (2, "fin")
    assert shown(cancel).stage("asked").names["en"] == "Asked for"
    assert cancel.current
    assert parse_blueprint(cancel.current.spec).stage("asked").owner == "cs"


def test_a_form_that_changes_nothing_begins_no_draft(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked"))
    assert draft_of(cancel) is None


def test_the_same_form_twice_is_one_edit(visitor: Client, cancel: Blueprint) -> None:
    given = stage_form(cancel, "asked", owner="fin")
    edit(visitor, cancel, given)
    assert edit(visitor, cancel, given).status_code == 302
    assert DraftEdit.objects.count() == 1


def test_an_edit_is_taken_back(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", owner="fin"))
    edit(visitor, cancel, stage_form(cancel, "asked", owner="log", key="form-2"))
    visitor.post(at("process_undo", cancel), {"seen": seen(cancel)})
    assert shown(cancel).stage("asked").owner == "fin"
    visitor.post(at("process_undo", cancel), {"seen": seen(cancel)})
    assert draft_of(cancel) is None


def test_who_saved_in_between_is_told_and_nothing_typed_is_lost(
    visitor: Client, cancel: Blueprint, moringa: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    mine = stage_form(cancel, "asked", **{"names.en": "My words"})
    mehmet = enter(make_agent("Mehmet", shop=moringa, role=Role.ADMIN, every_shop=True))
    edit(mehmet, cancel, stage_form(cancel, "stopping", owner="fin", key="form-2"))
    answer = edit(visitor, cancel, mine, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#editor"
    assert "Mehmet saved in between" in page
    assert 'value="My words"' in page
    assert shown(cancel).stage("asked").names["en"] != "My words"
    edit(visitor, cancel, mine | {"seen": seen(cancel)})  # once more, on top of what there is now
    assert shown(cancel).stage("asked").names["en"] == "My words"
    assert shown(cancel).stage("stopping").owner == "fin"


def test_what_is_no_number_is_said_at_its_field(visitor: Client, cancel: Blueprint) -> None:
    answer = edit(visitor, cancel, stage_form(cancel, "asked", **{"limit.amount": "soon"}))
    assert answer.status_code == 422
    assert "Enter a whole number" in answer.content.decode()
    assert draft_of(cancel) is None


def test_a_stage_is_put_into_a_way_and_removed_again(visitor: Client, cancel: Blueprint) -> None:
    way = shown(cancel).transitions[0]
    given = {
        "way": way.key,
        "seen": seen(cancel),
        "key": "f",
        "deed": "insert",
        **{f"names.{code}": words for code, words in way.names.items()},
        "sources": list(way.sources),
    }
    before = {stage.key for stage in shown(cancel).stages}
    edit(visitor, cancel, given)
    [new] = {stage.key for stage in shown(cancel).stages} - before
    assert shown(cancel).transition(way.key).target == new
    assert {one.target for one in shown(cancel).ways_from(new)} == {way.target}
    edit(visitor, cancel, stage_form(cancel, new, deed="delete", key="g"))
    assert {stage.key for stage in shown(cancel).stages} == before


def test_conditions_tasks_and_steps_are_added_by_choosing(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", deed="add:tasks", key="a"))
    edit(visitor, cancel, stage_form(cancel, "asked", deed="add:effects", new_effect="notify", key="b"))
    stage = shown(cancel).stage("asked")
    assert len(stage.tasks) == 1
    assert stage.effects[-1].kind == "notify"
    page = visitor.get(at("process", cancel, stage="asked")).content.decode()
    assert "Something is not chosen yet: department." in page


def test_missing_words_are_named_by_language(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", **{"names.tr": ""}))
    page = visitor.get(at("process", cancel)).content.decode()
    assert "The words are missing in Turkish." in page
    assert "?stage=asked" in page


# --- The check and publishing ---------------------------------------------------------------------------------------


def too_long(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", **{"limit.amount": "20", "limit.scale": "d"}))


def test_what_does_not_fit_is_not_published(visitor: Client, cancel: Blueprint) -> None:
    too_long(visitor, cancel)
    page = visitor.get(at("process", cancel)).content.decode()
    assert "It does not fit" in page
    answer = visitor.post(at("process_publish", cancel), {"seen": seen(cancel)})
    assert answer.status_code == 422
    assert "It cannot be published yet" in answer.content.decode()
    cancel.refresh_from_db()
    assert cancel.current
    assert cancel.current.number == 1


def test_advice_is_followed_by_a_press(visitor: Client, cancel: Blueprint) -> None:
    too_long(visitor, cancel)
    given = {"seen": seen(cancel), "key": "advice", "advice": "raise_total:", "bound": ""}
    visitor.post(at("process_advice", cancel), given)
    assert "It does not fit" not in visitor.get(at("process", cancel)).content.decode()
    visitor.post(at("process_publish", cancel), {"seen": seen(cancel), "note": "More time"})
    cancel.refresh_from_db()
    assert cancel.current
    assert (cancel.current.number, cancel.current.note) == (2, "More time")
    page = visitor.get(at("process_versions", cancel)).content.decode()
    assert "More time" in page
    assert "limit:" in page


def test_a_draft_that_changed_under_the_sheet_is_not_published(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", owner="fin"))
    visitor.post(at("process_publish", cancel), {"seen": "of another time"})
    assert draft_of(cancel)


@pytest.mark.parametrize("choice,number", [("keep", 1), ("take", 2)])
def test_running_tickets_keep_or_take(
    visitor: Client, cancel: Blueprint, helena: Agent, letters: Any, choice: str, number: int
) -> None:
    receive(letters, now=NOW, subject="Cancele", **{"from": "ana@example.com"})
    ticket = Ticket.objects.get()
    process = start(ticket=ticket, blueprint=cancel, order=None, mover=Mover(agent=helena), key="k", now=NOW)
    edit(visitor, cancel, stage_form(cancel, "asked", **{"names.en": "Asked for"}))
    assert "1 ticket runs by the version before." in visitor.get(at("process_publish", cancel)).content.decode()
    visitor.post(at("process_publish", cancel), {"seen": seen(cancel), "running": choice})
    process.refresh_from_db()
    assert process.version.number == number


def test_an_older_version_becomes_the_draft(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", owner="fin"))
    visitor.post(at("process_publish", cancel), {"seen": seen(cancel)})
    cancel.refresh_from_db()
    address = reverse("console:process_restore", args=[cancel.pk, 1])
    visitor.post(address, {"seen": seen(cancel), "key": "back"})
    draft = draft_of(cancel)
    assert draft
    assert (draft.number, shown(cancel).stage("asked").owner) == (3, "cs")


def test_a_draft_is_thrown_away(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", owner="fin"))
    visitor.post(at("process_drop", cancel))
    assert draft_of(cancel) is None


def test_a_process_is_switched_off(visitor: Client, cancel: Blueprint) -> None:
    visitor.post(at("process_switch", cancel), {})
    cancel.refresh_from_db()
    assert not cancel.is_active


# --- New ones, files, trying out ------------------------------------------------------------------------------------


def test_a_blank_process_passes_its_check_but_for_the_missing_names(visitor: Client, cancel: Blueprint) -> None:
    answer = visitor.post(reverse("console:process_new"), {"name": "Gravação", "shop": ""})
    row = Blueprint.objects.get(key="gravacao")
    assert answer.headers["Location"] == at("process", row)
    page = visitor.get(at("process", row)).content.decode()
    assert "2 things are wrong" in page  # its name in two languages
    assert row.current is None


def test_a_copy_has_everything_of_its_model(visitor: Client, cancel: Blueprint) -> None:
    visitor.post(reverse("console:process_new"), {"name": "Cancel B2B", "copy": cancel.pk, "shop": ""})
    copy = Blueprint.objects.get(key="cancel_b2b")
    assert shown(copy).stages == shown(cancel).stages


def test_a_process_leaves_as_a_file_and_comes_back(visitor: Client, cancel: Blueprint) -> None:
    spec = json.loads(visitor.get(at("process_export", cancel)).content)
    spec["key"] = "cancel_two"
    given = SimpleUploadedFile("cancel.json", json.dumps(spec).encode())
    visitor.post(reverse("console:process_bring"), {"file": given, "shop": ""})
    assert shown(Blueprint.objects.get(key="cancel_two")).stages == shown(cancel).stages


def test_a_file_with_the_same_key_becomes_the_draft(visitor: Client, cancel: Blueprint) -> None:
    spec = json.loads(visitor.get(at("process_export", cancel)).content)
    spec["why"] = "Another thought"
    given = SimpleUploadedFile("cancel.json", json.dumps(spec).encode())
    visitor.post(reverse("console:process_bring"), {"file": given, "shop": ""})
    assert shown(cancel).why == "Another thought"
    assert draft_of(cancel)


def test_all_faults_of_a_file_are_listed_by_place(visitor: Client, cancel: Blueprint) -> None:
    spec = json.loads(visitor.get(at("process_export", cancel)).content)
    spec["stages"][0]["limit_seconds"] = "long"
    spec["transitions"][0]["actor"] = "robot"
    del spec["total_seconds"]
    given = SimpleUploadedFile("cancel.json", json.dumps(spec).encode())
    answer = visitor.post(reverse("console:process_bring"), {"file": given, "shop": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    for place in (f"stages.{spec['stages'][0]['key']}.limit_seconds", "total_seconds", ".actor"):
        assert place in page
    assert draft_of(cancel) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_process_is_refused_in_words(visitor: Client, cancel: Blueprint, content: bytes) -> None:
    given = SimpleUploadedFile("x.json", content)
    answer = visitor.post(reverse("console:process_bring"), {"file": given, "shop": ""})
    assert answer.status_code == 422


def test_a_virtual_ticket_is_late_where_a_stage_takes_too_long(visitor: Client, cancel: Blueprint) -> None:
    page = visitor.get(at("process_try", cancel, at="2026-03-13T17:59", d0="own", n0="90", s0="d"))
    assert "left late" in page.content.decode()
    assert "broken on" in page.content.decode()
    kept = visitor.get(at("process_try", cancel, at="2026-03-13T17:59")).content.decode()
    assert "kept," in kept


@pytest.mark.parametrize("asked", [{"at": "soon"}, {"at": "2026-02-31T10:00"}, {"w0": "nowhere", "n0": "-1"}])
def test_trying_out_survives_what_is_typed_into_its_address(
    visitor: Client, cancel: Blueprint, asked: dict[str, str]
) -> None:
    assert visitor.get(at("process_try", cancel, **asked)).status_code == 200


# --- Texts of macros ------------------------------------------------------------------------------------------------


def test_a_step_may_send_the_text_of_a_macro_and_shows_how_it_reads(
    visitor: Client, cancel: Blueprint, helena: Agent, moringa: Shop
) -> None:
    facts: dict[str, Any] = {"steps": [], "actor": SYSTEM, "now": NOW}
    save_macro(macro=None, name="Já vimos", texts={"pt-BR": "Olá, {customer.first_name}! Já vimos."}, **facts)
    save_macro(macro=None, name="Só desta loja", texts={"pt-BR": "Oi"}, shop=moringa, **facts)
    save_macro(macro=None, name="Da Helena", texts={"pt-BR": "Oi"}, agent=helena, **facts)
    edit(visitor, cancel, stage_form(cancel, "asked", deed="add:effects", new_effect="message", key="a"))
    number = len(shown(cancel).stage("asked").effects) - 1
    page = visitor.get(at("process", cancel, stage="asked")).content.decode()
    assert '<option value="ja-vimos"' in page
    assert "Só desta loja" not in page  # it is a process of every shop
    assert "Da Helena" not in page
    edit(visitor, cancel, stage_form(cancel, "asked", **{f"effects.{number}.template": "ja-vimos", "key": "b"}))
    page = visitor.get(at("process", cancel, stage="asked")).content.decode()
    assert "Olá, Ana! Já vimos." in page
    assert "There is no text" not in page


def test_a_text_that_is_not_there_is_a_fault_and_not_published(visitor: Client, cancel: Blueprint) -> None:
    edit(visitor, cancel, stage_form(cancel, "asked", deed="add:effects", new_effect="message", key="a"))
    number = len(shown(cancel).stage("asked").effects) - 1
    edit(visitor, cancel, stage_form(cancel, "asked", **{f"effects.{number}.template": "nowhere", "key": "b"}))
    assert "There is no text “nowhere”." in visitor.get(at("process", cancel)).content.decode()
    answer = visitor.post(at("process_publish", cancel), {"seen": seen(cancel), "note": "x", "running": "keep"})
    assert answer.status_code == 422
    assert draft_of(cancel)


# --- Departments ----------------------------------------------------------------------------------------------------


def test_roles_that_nobody_plays_are_shown(visitor: Client, cancel: Blueprint) -> None:
    page = visitor.get(reverse("console:departments")).content.decode()
    assert "Warehouse: " in page
    Department.objects.create(name="Estoque", key="wh")
    assert "Warehouse: " not in visitor.get(reverse("console:departments")).content.decode()


def test_the_usual_departments_are_brought_in_when_asked_for_and_never_twice(visitor: Client, moringa: Shop) -> None:
    moringa.languages = ["tr", "en"]
    moringa.save()
    Department.objects.create(name="Estoque", key="wh", is_active=False)  # once there, and not wanted any more
    Department.objects.create(name="Finans")
    assert "Bring them in" in visitor.get(reverse("console:departments")).content.decode()
    visitor.post(reverse("console:departments_usual"))
    assert set(Department.objects.values_list("key", flat=True)) == set(map(str, Played))
    assert Department.objects.get(key="log").name == "Taşıma"
    assert Department.objects.get(name="Finans").key == "fin"
    assert not Department.objects.get(key="wh").is_active
    visitor.post(reverse("console:departments_usual"))
    assert Department.objects.count() == len(Played)
    assert "Bring them in" not in visitor.get(reverse("console:departments")).content.decode()


def test_the_page_of_departments_says_what_is_left_to_do(visitor: Client, helena: Agent) -> None:
    finance = Department.objects.create(name="Financeiro", key="fin")
    page = visitor.get(reverse("console:departments")).content.decode()
    assert "Nobody sees the work of these yet." in page
    assert "Nobody answers for the delays of these" in page
    finance.members.add(helena)
    finance.lead = helena
    finance.save()
    assert "What to do next" not in visitor.get(reverse("console:departments")).content.decode()


def test_a_department_gets_its_role_lead_and_hours(visitor: Client, cancel: Blueprint, helena: Agent) -> None:
    calendar = create_calendar(key="wh", name="Estoque", spec={"tz": "UTC", "weekly": WEEK, "overrides": {}}, now=NOW)
    given = {"name": "Estoque", "key": "wh", "lead": helena.pk, "calendar": calendar.pk}
    visitor.post(reverse("console:department_new"), given)
    department = Department.objects.get()
    assert (department.key, department.lead) == ("wh", helena)
    assert DepartmentCalendar.objects.get().calendar == calendar
    answer = visitor.post(reverse("console:department_new"), {"name": "Outro", "key": "wh"})
    assert answer.status_code == 422
    visitor.post(reverse("console:department", args=[department.pk]), given | {"is_active": "on", "calendar": ""})
    assert not DepartmentCalendar.objects.exists()


def test_a_department_may_have_a_role_of_its_own(visitor: Client, cancel: Blueprint) -> None:
    visitor.post(reverse("console:department_new"), {"name": "Gravação", "key": "+"})
    assert Department.objects.get().key == "gravacao"
    assert '<option value="gravacao"' in visitor.get(at("process", cancel, stage="asked")).content.decode()
