"""Real servers on free loopback ports for tests: PostgreSQL, an IMAP server, an SMTP sink, a whole desk."""

from balcao.testing.servers.desk import Operator, running_desk
from balcao.testing.servers.imap import ImapServer, imap
from balcao.testing.servers.postgres import new_database, postgres
from balcao.testing.servers.running import MissingServer, free_port
from balcao.testing.servers.smtp import ReceivedMail, SmtpSink, smtp

__all__ = [
    "ImapServer",
    "MissingServer",
    "Operator",
    "ReceivedMail",
    "SmtpSink",
    "free_port",
    "imap",
    "new_database",
    "postgres",
    "running_desk",
    "smtp",
]
