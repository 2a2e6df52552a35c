import pytest

from balcao.kit.env import BadSetting
from balcao.project.mailer import mailer


def test_without_a_url_mails_become_files() -> None:
    assert mailer("").backend.endswith("filebased.EmailBackend")


@pytest.mark.parametrize(
    "url,port,upgrades,starts",
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+tls://mail.example", 587, True, False),
        ("smtps://mail.example", 465, False, True),
        ("smtp+tls://mail.example:2525", 2525, True, False),
    ],
)
def test_the_scheme_says_how_it_is_encrypted(url: str, port: int, *, upgrades: bool, starts: bool) -> None:
    read = mailer(url)
    assert (read.host, read.port, read.upgrades_to_tls, read.starts_with_tls) == (
        "mail.example",
        port,
        upgrades,
        starts,
    )


def test_name_and_password_may_hold_any_character() -> None:
    read = mailer("smtps://desk%40shop.example:a%2Fb@mail.example")
    assert (read.name, read.password) == ("desk@shop.example", "a/b")


def test_another_scheme_is_refused() -> None:
    with pytest.raises(BadSetting, match="smtps://"):
        mailer("http://mail.example")
