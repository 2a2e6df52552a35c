"""Settings that matter only with others."""

from dataclasses import dataclass

from balcao.ports.config import config_field, missing, shown


@dataclass(frozen=True)
class Pigeon:
    """A loft that may have a key."""

    way: str = config_field("Way", default="loft")
    lock: str = config_field("Lock", default="none", shown_if=(("way", "loft"), ("way", "roof")))
    key: str = config_field("Key", required=True, shown_if=(("lock", "yale"),))


def test_a_setting_matters_while_another_has_a_value() -> None:
    assert shown(Pigeon, {"way": "loft", "lock": "yale"}) == {"way", "lock", "key"}
    assert shown(Pigeon, {"way": "roof", "lock": "none"}) == {"way", "lock"}


def test_what_stands_behind_a_hidden_setting_is_hidden_too() -> None:
    assert shown(Pigeon, {"way": "sea", "lock": "yale"}) == {"way"}


def test_only_what_matters_can_be_missing() -> None:
    assert missing(Pigeon(lock="yale")) == ["key"]
    assert missing(Pigeon(way="sea", lock="yale")) == []
    assert missing(Pigeon(lock="yale", key="k")) == []
