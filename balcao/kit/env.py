"""Typed readers of settings from the environment; a secret may stand in a file named by `<NAME>_FILE`."""

import os
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path


class BadSetting(ValueError):
    """A setting in the environment cannot be understood."""


_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class Env:
    """Read settings by name from a mapping, the process environment unless told otherwise."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str, default: str = "") -> str:
        """Return the setting as text; raise BadSetting if its `_FILE` cannot be read."""
        path = self._values.get(f"{name}_FILE")
        if path and name not in self._values:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSetting(f"{name}_FILE={path} cannot be read: {error.strerror}.") from error
        return self._values.get(name, default)

    def switch(self, name: str, *, default: bool) -> bool:
        """Return the setting as yes or no."""
        text = self.text(name, "on" if default else "off").strip().lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise BadSetting(f"{name}={text} is neither yes nor no; write 1 or 0.")

    def number(self, name: str, default: int, *, least: int | None = None) -> int:
        """Return the setting as a whole number, not below `least`."""
        text = self.text(name, str(default)).strip()
        try:
            value = int(text)
        except ValueError:
            raise BadSetting(f"{name}={text} is not a whole number.") from None
        if least is not None and value < least:
            raise BadSetting(f"{name}={text} is below {least}.")
        return value

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """Return the setting as words parted by commas."""
        return [word.strip() for word in self.text(name, ",".join(default)).split(",") if word.strip()]

    def networks(self, name: str, default: Sequence[str] = ()) -> list[IPv4Network | IPv6Network]:
        """Return the setting as addresses and networks (`10.0.0.0/8`) parted by commas."""
        found = []
        for word in self.words(name, default):
            try:
                found.append(ip_network(word))
            except ValueError as error:
                raise BadSetting(f"{name}: {error}; write addresses or networks like 10.0.0.0/8.") from error
        return found

    def path(self, name: str, default: Path) -> Path:
        """Return the setting as an absolute path; `~` is the home folder."""
        return Path(self.text(name, str(default))).expanduser().absolute()

    def choice(self, name: str, default: str, *, among: Sequence[str]) -> str:
        """Return the setting if it is one of the words allowed."""
        text = self.text(name, default).strip().lower()
        if text not in among:
            raise BadSetting(f"{name}={text} is not one of {', '.join(among)}.")
        return text
