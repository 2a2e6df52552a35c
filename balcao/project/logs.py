"""Log settings: coloured for a terminal, plain lines for journald, JSON for collectors."""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonFormatter(logging.Formatter):
    """Write one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


_HANDLERS: dict[str, dict[str, Any]] = {
    "rich": {"class": "rich.logging.RichHandler", "show_path": False, "log_time_format": "%H:%M:%S"},
    "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
    "json": {"class": "logging.StreamHandler", "formatter": "json"},
}


def logging_settings(*, style: str, level: str) -> dict[str, Any]:
    """Return the logging configuration for one style and the least level shown."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {"stderr": _HANDLERS[style]},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django": {"level": level.upper(), "propagate": True},
            # httpx writes whole URLs, tokens among them, at level INFO.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }
