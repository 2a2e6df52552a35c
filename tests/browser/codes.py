"""Reading the one-time codes that the demo desk sends, as their reader does."""

import re
import time
from email import message_from_bytes
from email.policy import default

from balcao.testing.servers import Operator


def code_for(operator: Operator, address: str, *, since: float = 0) -> str:
    """Wait for the newest mail with a code to an address, written after an instant, and return its digits."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        written = {path: path.stat().st_mtime for path in (operator.folder / "outbox").glob("[!.]*")}
        for path in sorted((path for path, at in written.items() if at >= since), key=lambda path: -written[path]):
            mail = message_from_bytes(path.read_bytes(), policy=default)
            body = mail.get_body(("plain",))
            found = re.search(r"\b(\d{3} \d{3})\b", body.get_content()) if body and address in str(mail["To"]) else None
            if found:
                return found[1]
        time.sleep(0.2)
    raise AssertionError("No mail with a code came.")
