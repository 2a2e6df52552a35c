"""Promises: what happens to tickets, told to their clocks, entry by entry, exactly once and with the entries' instants.

A follower of the journal. `telling` says what each entry means, `batch` holds what a batch of them needs, read and
written at once, `facts` what lists show of the clocks afterwards.
"""

from balcao.pipeline.promises.telling import follow

__all__ = ["follow"]
