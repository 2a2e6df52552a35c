"""Reading a mailbox by IMAP: by UID, in bounded batches, without marking anything before it is kept."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from balcao.kit.i18n import N_
from balcao.plugins.channels.mail import cursor as places
from balcao.plugins.channels.mail import faults
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.cursor import Place
from balcao.plugins.channels.mail.imap_session import Sessions, opened
from balcao.ports.channel import Batch, ChannelError, Connection, RawEnvelope

MOST_MAILS = 50
MOST_BYTES = 20_000_000
LARGEST_MAIL = 150_000_000
MOST_BREAKS = 3
TOO_LARGE = N_("Larger than 150 MB")
GONE = N_("No longer on the server")
BREAKS = N_("The connection breaks each time it is fetched")
UNFETCHABLE = N_("The server does not hand it over")

_BODY, _BODY_KEY = "BODY.PEEK[]", b"BODY[]"
_SLACK = timedelta(hours=1)  # between the server's clock and ours, where a renumbered folder is read again
_ASK_AGAIN = 15.0  # seconds between two looks where the server cannot push


@dataclass(slots=True)
class _Haul:
    """What one fetch has gathered so far, and how much more it may."""

    suspects: dict[str, int]  # ids of mails while whose fetching the connection broke, and how often
    mails: int = MOST_MAILS
    size: int = MOST_BYTES
    envelopes: list[RawEnvelope] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    more: bool = False

    def fitting(self, sizes: Sequence[tuple[int, int]]) -> list[int]:
        """Return the first of the (UID, size) pairs that still fit; at least one while nothing was gathered."""
        chosen: list[int] = []
        for uid, size in sizes:
            if self.mails == 0 or (size > self.size and (chosen or self.envelopes)):
                break
            chosen.append(uid)
            self.mails -= 1
            self.size -= size
        return chosen


class Mailbox:
    """The IMAP side of a mail channel."""

    def __init__(self, sessions: Sessions, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._sessions = sessions
        self._clock = clock
        self._suspects: dict[str, int] = {}

    def fetch(self, connection: Connection, cursor: Mapping[str, Any], *, only: Sequence[str] = ()) -> Batch:
        """Return the next mails of all folders, or just those named; a cursor that comes back means they are kept."""
        with self._sessions.open(connection) as client:
            if only:
                return _named(client, _folders(connection.config), only, cursor)
            return self._next(client, connection.config, cursor)

    def _next(self, client: IMAPClient, config: MailConfig, cursor: Mapping[str, Any]) -> Batch:
        haul, fault = _Haul(self._suspects), None
        reached = places.read_all(cursor)  # what was read of another account stays known
        wanted_from = self._clock() - timedelta(days=max(config.since_days, 0))
        for name, folder in _folders(config).items():
            try:
                there = opened(client, folder, writable=config.mark_seen)
                reached[name] = _read_on(client, config, there, reached.get(name), name, wanted_from, haul)
            except ChannelError as error:  # one folder that is gone does not stop the others
                fault = error
        if fault is not None and not haul.envelopes:
            raise fault
        return Batch(tuple(haul.envelopes), places.written(reached), haul.more, tuple(haul.refused))

    def inventory(self, connection: Connection, cursor: Mapping[str, Any]) -> Iterator[str]:
        """Name the mails that the server holds between where reading began and where it stands."""
        with self._sessions.open(connection) as client:
            for name, folder in _folders(connection.config).items():
                place = places.read_all(cursor).get(name)
                if place is None or place.last < place.start:
                    continue
                if opened(client, folder)[b"UIDVALIDITY"] == place.uidvalidity:
                    for uid in _uids(client, place.start, place.last):
                        yield places.external_id(name, place.uidvalidity, uid)

    def listen(self, connection: Connection, cursor: Mapping[str, Any], *, seconds: float) -> bool:
        """Wait in IDLE on the first folder, or look every few seconds where the server has no IDLE."""
        ends = time.monotonic() + seconds
        with self._sessions.open(connection) as client:
            name, folder = next(iter(_folders(connection.config).items()))
            there, place = opened(client, folder), places.read_all(cursor).get(name)
            if place is None or there.get(b"UIDNEXT", 0) > place.last + 1:
                return True
            wait = _idle if client.has_capability("IDLE") else _look
            return wait(client, ends)


def _folders(config: MailConfig) -> dict[str, str]:
    return places.folders_of(places.account(config.imap_host, config.username or config.address), config.folders)


def _read_on(
    client: IMAPClient,
    config: MailConfig,
    there: Mapping[bytes, Any],
    place: Place | None,
    name: str,
    wanted_from: datetime,
    haul: _Haul,
) -> Place:
    """Take the next mails of the opened folder into the haul and return the place reached."""
    if place is None or place.uidvalidity != there[b"UIDVALIDITY"]:
        since = datetime.fromisoformat(place.since) if place else wanted_from
        place = _begun(client, there, since, known=place is not None)
    elif config.mark_seen and place.unmarked:
        client.add_flags(list(place.unmarked), [b"\\Seen"], silent=True)
    top = there.get(b"UIDNEXT", 0) - 1
    waiting = _uids(client, place.last + 1, top if top > 0 else None)
    taken = _take(client, name, place, waiting, haul)
    haul.more = haul.more or len(taken) < len(waiting) or (config.mark_seen and bool(taken))
    last = max([place.last, *taken]) if len(taken) < len(waiting) else max([place.last, top, *waiting])
    return place.passed(last, unmarked=tuple(taken) if config.mark_seen else ())


def _begun(client: IMAPClient, there: Mapping[bytes, Any], since: datetime, *, known: bool) -> Place:
    """Return where to begin in a folder that was never read or was numbered anew: at the first mail since then."""
    since_with_slack = since - _SLACK if known else since
    found = client.search(["SINCE", (since_with_slack - timedelta(days=1)).date()])
    times = client.fetch(found, ["INTERNALDATE"]) if found else {}
    young = [uid for uid in found if _arrived(times.get(uid, {})) >= since_with_slack]
    start = min(young, default=there.get(b"UIDNEXT") or max(client.search("ALL"), default=0) + 1)
    return Place(there[b"UIDVALIDITY"], start, start - 1, since.isoformat())


def _arrived(facts: Mapping[bytes, Any]) -> datetime:
    """Return when the server received a mail; where it does not say, now."""
    at = facts.get(b"INTERNALDATE")
    return at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else datetime.now(UTC)


def _take(client: IMAPClient, name: str, place: Place, uids: Sequence[int], haul: _Haul) -> list[int]:
    """Fetch as many of the mails as fit; return the UIDs that are dealt with: taken, refused, or gone meanwhile."""
    names = {uid: places.external_id(name, place.uidvalidity, uid) for uid in list(uids)[: haul.mails]}
    asked = list(names)
    if any(names[uid] in haul.suspects for uid in asked):
        asked = asked[:1]  # alone, so that the one that breaks the connection is found out
    if not asked:
        return []
    sizes = {uid: facts.get(b"RFC822.SIZE", 0) for uid, facts in client.fetch(asked, ["RFC822.SIZE"]).items()}
    unwanted = {
        uid: reason for uid in asked if (reason := _unwanted(sizes.get(uid, 0), haul.suspects.get(names[uid], 0)))
    }
    chosen = haul.fitting([(uid, sizes.get(uid, 0)) for uid in asked if uid not in unwanted])
    dealt = asked if len(chosen) + len(unwanted) == len(asked) else [u for u in asked if u <= max(chosen, default=0)]
    with _suspecting(haul, [names[uid] for uid in chosen]):
        bodies, refused = _bodies(client, [uid for uid in chosen if uid in sizes])
    haul.refused += [(names[uid], reason) for uid, reason in [*unwanted.items(), *refused] if uid in dealt]
    haul.envelopes += [_envelope(names[uid], facts) for uid, facts in bodies]
    return dealt


def _unwanted(size: int, breaks: int) -> str:
    """Return why a mail is not to be fetched, empty if it is."""
    if size > LARGEST_MAIL:
        return TOO_LARGE
    return BREAKS if breaks >= MOST_BREAKS else ""


@contextlib.contextmanager
def _suspecting(haul: _Haul, names: Sequence[str]) -> Iterator[None]:
    """Remember the mails while whose fetching the connection broke; forget them when it went well."""
    try:
        yield
    except (IMAPClientAbortError, OSError, EOFError):
        haul.suspects.update({name: haul.suspects.get(name, 0) + 1 for name in names})
        raise
    for name in names:
        haul.suspects.pop(name, None)


def _envelope(name: str, facts: Mapping[bytes, Any]) -> RawEnvelope:
    return RawEnvelope(
        external_id=name,
        body=facts[_BODY_KEY],
        source=places.parted(name)[0].partition("/")[2],
        received_at=_arrived(facts),
    )


def _bodies(
    client: IMAPClient, uids: Sequence[int]
) -> tuple[list[tuple[int, Mapping[bytes, Any]]], list[tuple[int, str]]]:
    """Fetch mails whole, at once if the server can, else one by one; those it will not hand over come with a reason."""
    with contextlib.suppress(_Refused):
        return _fetched(client, uids), []
    taken: list[tuple[int, Mapping[bytes, Any]]] = []
    refused: list[tuple[int, str]] = []
    for uid in uids:
        try:
            taken += _fetched(client, [uid])
        except _Refused as error:
            refused.append((uid, f"{UNFETCHABLE}\n{error}"))
    return taken, refused


class _Refused(Exception):
    """The server answered NO, and the connection still holds."""


def _fetched(client: IMAPClient, uids: Sequence[int]) -> list[tuple[int, Mapping[bytes, Any]]]:
    """Return the mails that exist, in order of UID."""
    if not uids:
        return []
    try:
        answer = client.fetch(list(uids), [_BODY, "INTERNALDATE"])
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        client.noop()  # raises where the connection is broken, which is another matter
        raise _Refused(faults.readable(error)) from error
    return [(uid, answer[uid]) for uid in uids if answer.get(uid, {}).get(_BODY_KEY) is not None]


def _named(client: IMAPClient, folders: Mapping[str, str], only: Sequence[str], cursor: Mapping[str, Any]) -> Batch:
    """Fetch the mails of the given ids; the cursor stays where it is."""
    haul = _Haul({})
    for name, wanted in places.by_folder(only).items():
        uidvalidity = opened(client, folders[name])[b"UIDVALIDITY"] if name in folders else -1
        here = {uid: external_id for valid, uid, external_id in wanted if valid == uidvalidity}
        bodies, refused = _bodies(client, list(here))
        reasons, taken = dict(refused), {uid for uid, _facts in bodies}
        haul.envelopes += [_envelope(here[uid], facts) for uid, facts in bodies]
        missed = [(uid, external_id) for _valid, uid, external_id in wanted if external_id not in map(here.get, taken)]
        haul.refused += [(external_id, reasons.get(uid, GONE)) for uid, external_id in missed]
    return Batch(tuple(haul.envelopes), dict(cursor), refused=tuple(haul.refused))


def _uids(client: IMAPClient, first: int, last: int | None) -> list[int]:
    """Return the UIDs from `first` to `last` (None: to the end) that exist, ascending."""
    if last is not None and last < first:
        return []
    found = client.search(["UID", f"{first}:{last or '*'}"])
    return sorted(uid for uid in found if uid >= first)  # "first:*" names the last mail even below `first`


def _idle(client: IMAPClient, ends: float) -> bool:
    client.idle()
    arrived = False
    try:
        while not arrived and (left := ends - time.monotonic()) > 0:
            arrived = _says_new(client.idle_check(timeout=left))
    finally:
        said = client.idle_done()
    return arrived or _says_new(said[1] or [])


def _look(client: IMAPClient, ends: float) -> bool:
    while (left := ends - time.monotonic()) > 0:
        time.sleep(min(left, _ASK_AGAIN))
        if _says_new(client.noop()[1]):
            return True
    return False


def _says_new(responses: Sequence[Any]) -> bool:
    return any(isinstance(response, tuple) and b"EXISTS" in response for response in responses)
