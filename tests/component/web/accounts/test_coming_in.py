"""Signing in, out, a forgotten password, a second step."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.test import Client

from balcao.jobs import backend
from balcao.jobs.models import Job
from balcao.journal.models import Entry
from balcao.staff.models import Agent

PASSWORD = "a long enough one"
LOGIN = "/account/login/"


def sign_in(visitor: Client, address: str, password: str = PASSWORD) -> Any:
    return visitor.post(LOGIN, {"login": address, "password": password})


def test_an_agent_signs_in_and_out(visitor: Client, elif_: Agent) -> None:
    assert sign_in(visitor, "ELIF@moringa.example").headers["Location"] == "/"
    assert visitor.get("/account/password/change/").status_code == 200
    visitor.post("/account/logout/")
    assert visitor.get("/account/password/change/").status_code == 302


def test_unknown_and_known_addresses_get_the_same_answer(visitor: Client, elif_: Agent) -> None:
    def said(address: str) -> str:
        page = sign_in(visitor, address, "not the password").content.decode()
        return re.sub(r'value="[^"]*"', "", page)

    assert said("elif@moringa.example") == said("nobody@moringa.example")


def test_too_many_wrong_passwords_close_the_door(visitor: Client, elif_: Agent) -> None:
    for _ in range(5):
        sign_in(visitor, "elif@moringa.example", "wrong")
    assert sign_in(visitor, "elif@moringa.example").status_code == 200  # right, and refused all the same
    assert "_auth_user_id" not in visitor.session


def test_somebody_who_was_shut_out_stays_out(visitor: Client, elif_: Agent) -> None:
    Agent.objects.update(is_active=False)
    sign_in(visitor, "elif@moringa.example")
    assert "_auth_user_id" not in visitor.session


def test_nobody_signs_up_or_changes_their_address(visitor: Client, elif_: Agent) -> None:
    visitor.post("/account/signup/", {"email": "x@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert not Agent.objects.filter(email="x@example.com").exists()
    visitor.force_login(elif_)
    assert visitor.get("/account/email/").status_code == 404


def test_a_forgotten_password_is_chosen_anew_by_mail(visitor: Client, elif_: Agent) -> None:
    visitor.post("/account/password/reset/", {"email": "elif@moringa.example"})
    assert mail.outbox == []
    assert "/password/reset/key/" not in str(Job.objects.get().args)  # the link is made when it leaves
    backend.run_due(worker="w")
    link = re.search(r"http\S+", mail.outbox[0].body)
    assert link
    address = visitor.get(link[0], follow=True).redirect_chain[-1][0]
    new = {"password1": "quite another one", "password2": "quite another one"}
    assert visitor.post(address, new).status_code == 302
    assert sign_in(visitor, "elif@moringa.example", "quite another one").status_code == 302
    assert Entry.objects.filter(name="agent.password.changed").count() == 1
    assert b"no longer works" in Client(headers={"Accept-Language": "en"}).get(link[0], follow=True).content


def test_an_unknown_address_gets_no_mail_and_the_same_page(visitor: Client, elif_: Agent) -> None:
    known = visitor.post("/account/password/reset/", {"email": "elif@moringa.example"})
    unknown = visitor.post("/account/password/reset/", {"email": "nobody@example.com"})
    assert known.headers["Location"] == unknown.headers["Location"]
    backend.run_due(worker="w")
    assert [message.to for message in mail.outbox] == [["elif@moringa.example"]]


def _digits(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def secret(elif_: Agent) -> str:
    made = str(generate_totp_secret())
    TOTP.activate(elif_, made)
    return made


def test_the_second_step_is_asked_for(visitor: Client, elif_: Agent, secret: str) -> None:
    answer = sign_in(visitor, "elif@moringa.example")
    assert answer.headers["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in visitor.session
    assert visitor.get("/account/2fa/authenticate/").status_code == 200
    visitor.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in visitor.session
    visitor.post("/account/2fa/authenticate/", {"code": _digits(secret)})
    assert visitor.session["_auth_user_id"] == str(elif_.pk)


def test_the_key_of_the_app_is_stored_sealed(elif_: Agent, secret: str) -> None:
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(_digits(secret))


def test_who_sets_a_second_step_proves_who_they_are(visitor: Client, elif_: Agent) -> None:
    visitor.force_login(elif_)
    asked = visitor.get("/account/2fa/totp/activate/")
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    visitor.post(asked.headers["Location"], {"password": "wrong"})
    assert visitor.get("/account/2fa/totp/activate/").status_code == 302
    visitor.post(asked.headers["Location"], {"password": PASSWORD})
    page = visitor.get("/account/2fa/totp/activate/")
    assert page.status_code == 200
    key = re.search(r'name="secret-shown"\s+value="([A-Z2-7]+)"', page.content.decode())
    assert key
    visitor.post("/account/2fa/totp/activate/", {"code": _digits(key[1])})
    assert {row.type for row in Authenticator.objects.all()} == {"totp", "recovery_codes"}
    assert visitor.get("/account/2fa/recovery-codes/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/account/login/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/account/signup/",
        "/account/inactive/",
        "/account/password/reset/key/1-abc/",
        "/account/password/reset/key/done/",
    ],
)
def test_pages_at_the_door_open_in_three_languages(address: str, db: None) -> None:
    for language in ("en", "pt-br", "tr"):
        answer = Client(headers={"Accept-Language": language}).get(address)
        assert answer.status_code == 200
        assert b'class="entrance"' in answer.content


def test_the_language_is_switched_at_the_door(visitor: Client, db: None) -> None:
    visitor.post("/language/", {"language": "tr", "next": LOGIN})
    assert b'<html lang="tr"' in visitor.get(LOGIN).content
    away = visitor.post("/language/", {"language": "tr", "next": "https://evil.example/"})
    assert "evil" not in away.headers["Location"]


def test_the_pages_of_an_agents_own_access_open(visitor: Client, elif_: Agent, secret: str) -> None:
    visitor.force_login(elif_)
    for page in ("2fa/", "2fa/webauthn/", "sessions/", "password/change/", "logout/", "reauthenticate/"):
        assert visitor.get(f"/account/{page}").status_code == 200, page


def test_everywhere_else_is_signed_out_by_one_button(elif_: Agent) -> None:
    here, there = Client(), Client()
    for browser in (here, there):
        sign_in(browser, "elif@moringa.example")
        browser.get("/account/sessions/")
    assert here.get("/account/sessions/").content.count(b'scope="row"') == 2
    here.post("/account/sessions/")
    assert there.get("/account/sessions/").status_code == 302
    assert here.get("/account/sessions/").status_code == 200
