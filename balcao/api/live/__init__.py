"""Open pages, kept true without reloading: a WebSocket with resume, a long poll as fall-back.

All messages are JSON objects with a `type`. A page says `resume {position}` first, then `reading {ticket}`,
`typing {ticket, mode}`, `watch {tickets}` and `presence {state}`; it hears `hello`, `entry`, `typing`, `presence`,
`refetch` and `beat` (docs/live.md has their fields). Entries come in the order of their positions, never twice on one
connection; a page that comes back with the last position it dealt with misses nothing.
"""

from balcao.api.live.routes import app

__all__ = ["app"]
