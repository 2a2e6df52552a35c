"""Sessions in the database, as Django keeps them, read with a query that is built once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from balcao.kit.prepared import Prepared

_VALID = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    """One agent's session."""

    def _get_session_from_db(self) -> Session | None:
        session = _VALID.first(self.session_key or "", timezone.now())
        if session is None:
            self._session_key = None
        return session
