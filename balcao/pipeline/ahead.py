"""Reading ahead: a second process reads the next batch while this one writes the last. Its loss costs time only."""

import logging
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection as Line

from balcao.pipeline.reading import Read, Reader
from balcao.ports.channel import RawEnvelope

Batch = list[RawEnvelope]

_HEAD_START = 3  # batches
_GOODBYE = 5.0  # seconds that the other process has to end

log = logging.getLogger(__name__)


def reading_ahead(reader: Reader, batches: Iterator[Batch]) -> Iterator[tuple[Batch, list[Read] | None]]:
    """Yield each batch in order with what was read of it, or None where the caller is to read it.

    The first ones are the caller's, as the other process takes a second to come up.
    """
    with _forerunner(reader) as forerunner:
        yield from ((batch, None) for batch in islice(batches, 1))  # until it listens
        own, ahead = list(islice(batches, _HEAD_START - 1)), next(batches, None)
        forerunner.give(ahead)
        yield from ((batch, None) for batch in own)
        while ahead is not None:
            batch, read = ahead, forerunner.take()
            ahead = next(batches, None)
            forerunner.give(ahead)
            yield batch, read


@contextmanager
def _forerunner(reader: Reader) -> Iterator["_Forerunner"]:
    forerunner = _Forerunner(reader)
    try:
        yield forerunner
    finally:
        forerunner.dismiss()


class _Forerunner:
    """The other process. It is given one batch at a time, so that neither waits for the other to listen.

    It is a fresh one, not a copy of this one with its connections, and it ends by itself when this one is gone.
    """

    def __init__(self, reader: Reader) -> None:
        fresh = multiprocessing.get_context("spawn")
        self._line, theirs = fresh.Pipe()
        self._process = fresh.Process(target=read_for, args=(theirs, reader), name="reader", daemon=True)
        self._is_lost = False
        try:
            self._process.start()
        except Exception:  # an adapter that cannot travel, no memory: whatever it is, it can be done without
            log.exception("No process can be started to read ahead")
            self._lose()
        theirs.close()

    def give(self, batch: Batch | None) -> None:
        """Have a batch read."""
        if batch is None or self._is_lost:
            return
        try:
            self._line.send(batch)
        except OSError:
            self._lose()

    def take(self) -> list[Read] | None:
        """Return what was read of the batch given last; None when the process is lost."""
        if self._is_lost:
            return None
        try:
            read: list[Read] = self._line.recv()
        except (EOFError, OSError):
            self._lose()
            return None
        return read

    def dismiss(self) -> None:
        """End the process."""
        self._line.close()
        if self._process.pid is None:
            return
        self._process.join(_GOODBYE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _lose(self) -> None:
        self._is_lost = True
        log.warning("The process that reads ahead is lost; going on without it")


def read_for(line: Line, reader: Reader) -> None:
    """Read batches for the process at the other end until it hangs up; the work of the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gives the work
    try:
        while True:
            line.send([reader.clean_and_read(raw) for raw in line.recv()])
    except (EOFError, OSError):
        return
