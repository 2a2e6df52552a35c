from pathlib import Path

import pytest

from balcao.kit.env import BadSetting, Env


def test_a_secret_comes_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    assert Env({"SECRET_KEY_FILE": str(tmp_path / "key")}).text("SECRET_KEY") == "s3cret"


def test_the_setting_itself_goes_before_its_file(tmp_path: Path) -> None:
    assert Env({"SECRET_KEY": "here", "SECRET_KEY_FILE": str(tmp_path / "absent")}).text("SECRET_KEY") == "here"


def test_a_file_that_is_missing_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"SECRET_KEY_FILE=.*absent cannot be read"):
        Env({"SECRET_KEY_FILE": str(tmp_path / "absent")}).text("SECRET_KEY")


@pytest.mark.parametrize(
    "text,expected", [("1", True), ("Yes", True), ("on", True), ("0", False), ("false", False), ("", False)]
)
def test_a_switch_reads_yes_and_no(text: str, expected: bool) -> None:
    assert Env({"DEBUG": text}).switch("DEBUG", default=not expected) is expected


def test_a_switch_that_is_neither_is_refused() -> None:
    with pytest.raises(BadSetting, match="DEBUG=maybe"):
        Env({"DEBUG": "maybe"}).switch("DEBUG", default=False)


@pytest.mark.parametrize("text", ["ten", "1.5", "1"])
def test_a_number_that_is_none_or_too_small_is_refused(text: str) -> None:
    with pytest.raises(BadSetting, match=f"POOL={text}"):
        Env({"POOL": text}).number("POOL", 10, least=2)


def test_networks_are_read_and_what_is_none_is_refused() -> None:
    networks = Env({"PROXIES": "10.0.0.0/8, ::1"}).networks("PROXIES")
    assert [str(network) for network in networks] == ["10.0.0.0/8", "::1/128"]
    with pytest.raises(BadSetting, match=r"PROXIES.*10\.0\.0\.0/8"):
        Env({"PROXIES": "proxy.example"}).networks("PROXIES")


def test_words_are_parted_by_commas_and_trimmed() -> None:
    assert Env({"HOSTS": "a.example , b.example,"}).words("HOSTS") == ["a.example", "b.example"]


def test_a_choice_outside_the_list_names_what_is_allowed() -> None:
    with pytest.raises(BadSetting, match="plain, json"):
        Env({"LOG": "xml"}).choice("LOG", "plain", among=("plain", "json"))


def test_defaults_hold_when_nothing_is_set(tmp_path: Path) -> None:
    nothing = Env({})
    assert nothing.number("POOL", 10) == 10
    assert nothing.switch("DEBUG", default=True) is True
    assert nothing.path("DIR", tmp_path) == tmp_path
    assert nothing.choice("LOG", "plain", among=("plain",)) == "plain"
