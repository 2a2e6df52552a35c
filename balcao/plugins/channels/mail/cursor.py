"""How far a mailbox has been read: per folder its numbering (UIDVALIDITY), where reading began and where it stands.

Folders are named together with their account: another account behind the same settings has the same folder names and
often the same numbers (Gmail's inbox), and must not pass for the one read before.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

_LONGEST_FOLDER = 80


@dataclass(frozen=True, slots=True)
class Place:
    """How far one folder has been read."""

    uidvalidity: int
    start: int  # first UID in our scope
    last: int  # last UID dealt with
    since: str  # ISO time from which mail is wanted; where a renumbered folder is read from again
    unmarked: tuple[int, ...] = ()  # taken in, not yet marked as read on the server

    def passed(self, last: int, *, unmarked: tuple[int, ...] = ()) -> "Place":
        """Return the place after everything up to `last` was dealt with."""
        return replace(self, last=max(self.last, last), unmarked=unmarked)


def read_all(cursor: Mapping[str, Any]) -> dict[str, Place]:
    """Return the places stored in a cursor, by the name of their folder."""
    return {
        name: Place(stored["uidvalidity"], stored["start"], stored["last"], stored["since"], tuple(stored["unmarked"]))
        for name, stored in cursor.get("folders", {}).items()
    }


def written(places: Mapping[str, Place]) -> dict[str, Any]:
    """Return the cursor to store, as plain JSON."""
    return {
        "folders": {
            folder: {
                "uidvalidity": place.uidvalidity,
                "start": place.start,
                "last": place.last,
                "since": place.since,
                "unmarked": list(place.unmarked),
            }
            for folder, place in places.items()
        }
    }


def account(host: str, login: str) -> str:
    """Return the short name of an account, which is no secret and no address."""
    return hashlib.sha256(f"{host}|{login}".lower().encode()).hexdigest()[:8]


def folders_of(account: str, setting: str) -> dict[str, str]:
    """Return the folders of the setting in order: what we call each, and what the server calls it."""
    return {f"{account}/{folder}": folder for folder in folder_names(setting)}


def external_id(folder: str, uidvalidity: int, uid: int) -> str:
    """Return the id under which a mail of a folder is known."""
    return f"{folder}:{uidvalidity}:{uid}"


def parted(external_id: str) -> tuple[str, int, int]:
    """Return folder, UIDVALIDITY and UID of an id made by `external_id`; raise ValueError for any other text."""
    folder, uidvalidity, uid = external_id.rsplit(":", 2)
    return folder, int(uidvalidity), int(uid)


def folder_names(setting: str) -> list[str]:
    """Return the folders of the setting in order, each once, cut at what an id can hold."""
    names = [name.strip()[:_LONGEST_FOLDER] for name in setting.split(",")]
    return list(dict.fromkeys(name for name in names if name)) or ["INBOX"]


def by_folder(external_ids: Iterable[str]) -> dict[str, list[tuple[int, int, str]]]:
    """Sort ids by folder as (UIDVALIDITY, UID, id); ids that are none of ours stand under the empty name."""
    sorted_ids: dict[str, list[tuple[int, int, str]]] = {}
    for wanted in external_ids:
        try:
            folder, uidvalidity, uid = parted(wanted)
        except ValueError:
            folder, uidvalidity, uid = "", 0, 0
        sorted_ids.setdefault(folder, []).append((uidvalidity, uid, wanted))
    return sorted_ids
