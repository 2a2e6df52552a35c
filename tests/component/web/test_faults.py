"""What people see when something is not there, not theirs, or broken."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import translation

from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop
from balcao.web.components.faults import server_error


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.django_db
def test_an_agent_finds_the_way_back_in_their_language() -> None:
    elif_ = make_agent("Elif", shop=make_shop(), language="tr")
    client = Client()
    client.force_login(elif_)

    answer = client.get("/nothing/")

    assert answer.status_code == 404
    assert "Burada bir şey yok" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.django_db
def test_a_visitor_is_told_and_sent_nowhere() -> None:
    answer = Client(headers={"Accept-Language": "pt-BR"}).get("/f/nothing/")

    assert answer.status_code == 404
    assert "Não há nada aqui" in answer.text
    assert 'href="/"' not in answer.text


@pytest.mark.django_db
def test_a_role_that_does_not_reach_is_told_who_can_change_it() -> None:
    client = Client()
    client.force_login(make_agent("Jonas", shop=make_shop(), role=Role.LIGHT, language="en"))

    answer = client.get("/console/agents/")

    assert answer.status_code == 403
    assert "administers your Balcão" in answer.text


@pytest.mark.django_db
def test_a_form_without_its_token_says_that_nothing_was_changed() -> None:
    visitor = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})

    answer = visitor.post("/account/login/", {"login": "ana@example.com", "password": "x"})

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def test_our_own_fault_is_told_without_asking_the_database() -> None:
    with translation.override("tr"):
        answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "Hata bizdeydi" in answer.content.decode()
