"""Real servers on free loopback ports for tests: PostgreSQL, an IMAP server, an SMTP sink, a whole desk."""

from balcao.testing.servers.desk import Operator, running_desk
from balcao.testing.servers.imap import ImapServer, imap
from balcao.testing.servers.postgres import cluster, new_database, postgres
from balcao.testing.servers.running import MissingServer, free_port, open_folder
from balcao.testing.servers.smtp import ReceivedMail, SmtpSink, smtp

__all__ = [
    "ImapServer",
    "MissingServer",
    "Operator",
    "ReceivedMail",
    "SmtpSink",
    "cluster",
    "free_port",
    "imap",
    "new_database",
    "open_folder",
    "postgres",
    "running_desk",
    "smtp",
]
