"""Set-up forms made from the typed config of a plug-in."""

from dataclasses import dataclass

from django.forms import Textarea

from balcao.ports.config import config_field
from balcao.web.console.configform import ConfigForm


@dataclass(frozen=True)
class Pigeon:
    """A loft with a rule book."""

    way: str = config_field("Way")
    rules: str = config_field("Rules", is_long=True)


def test_a_text_of_many_lines_is_typed_into_a_box_and_may_be_long() -> None:
    text = "\n".join(f"rule_{n} = 'home by dusk'" for n in range(500))
    form = ConfigForm({"config-way": "loft", "config-rules": text}, config_class=Pigeon, values={})

    assert isinstance(form.fields["rules"].widget, Textarea)
    assert form.is_valid(), form.errors
    assert form.config() == Pigeon(way="loft", rules=text)
    assert not ConfigForm({"config-way": text, "config-rules": ""}, config_class=Pigeon, values={}).is_valid()
