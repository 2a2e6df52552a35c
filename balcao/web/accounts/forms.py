"""The form of an invitation."""

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from balcao.staff.models import Agent


class InvitationForm(forms.Form):
    """Name and password, chosen by the one who was invited."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least ten characters."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, agent: Agent, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # Django's own arguments, passed on
        self._agent = agent

    def clean_password(self) -> str:
        """Refuse a password that is easy to guess."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self._agent)
        return password
