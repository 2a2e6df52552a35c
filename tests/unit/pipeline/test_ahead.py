"""Reading ahead in a second process: the order is kept, what is read is the same, and its loss costs time only."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import parent_process

import pytest

from balcao.pipeline.ahead import Batch, reading_ahead
from balcao.pipeline.reading import Reader
from balcao.ports.channel import Channel, Connection, Inbound, RawEnvelope
from balcao.testing.channels import PaperChannel, PaperConfig, letter


@dataclass(slots=True)
class Fragile(PaperChannel):
    """Letters of which some end the process that reads them, unless it is the first one."""

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        if b"poison" in raw.body and parent_process() is not None:
            os._exit(1)
        return PaperChannel.parse(self, raw, connection)


def reader(adapter: Channel) -> Reader:
    return Reader(adapter, Connection(PaperConfig()), ("pt-BR", "tr"))


def batches(*texts: str) -> list[Batch]:
    """Give one batch of two letters for each text."""
    return [
        [RawEnvelope(f"{place}{half}", letter(id=f"{place}{half}", text=text)) for half in "ab"]
        for place, text in enumerate(texts)
    ]


def test_batches_come_in_order_with_what_another_process_read() -> None:
    given = batches("Onde está?", "Kargom nerede?", "4111 1111 1111 1111", "Obrigado", "Quarto", "Quinto")
    here = reader(PaperChannel())

    found = list(reading_ahead(here, iter(given)))

    assert [batch for batch, _ in found] == given
    assert [read is None for _, read in found] == [True, True, True, False, False, False]
    for batch, read in found[3:]:
        assert read == [here.clean_and_read(raw) for raw in batch]


def test_what_is_no_letter_is_told_with_its_reason() -> None:
    given = [*batches("a", "b", "c"), [RawEnvelope("scrap", b"scrap")]]

    *_, (_, read) = reading_ahead(reader(PaperChannel()), iter(given))

    assert read
    assert read[0].reading.inbound is None
    assert read[0].reading.reason.startswith("This is no letter")


@pytest.mark.parametrize("count", range(5))
def test_few_batches_all_come(count: int) -> None:
    given = batches("a", "b", "c", "d", "e")[:count]

    assert [batch for batch, _ in reading_ahead(reader(PaperChannel()), iter(given))] == given


def test_the_end_of_the_other_process_loses_no_batch() -> None:
    given = batches("a", "b", "c", "d", "poison", "e", "f")

    found = list(reading_ahead(reader(Fragile()), iter(given)))

    assert [batch for batch, _ in found] == given
    assert [read for _, read in found[4:]] == [None, None, None]


def test_an_adapter_that_cannot_travel_is_read_here() -> None:
    class Local(PaperChannel):
        """Known to this process only."""

    given = batches("a", "b", "c", "d", "e")

    found = list(reading_ahead(reader(Local()), iter(given)))

    assert found == [(batch, None) for batch in given]


def test_whoever_stops_early_leaves_no_process_behind() -> None:
    ahead: Iterator[object] = reading_ahead(reader(PaperChannel()), iter(batches(*"abcdefgh")))
    for _ in range(5):
        next(ahead)

    ahead.close()  # type: ignore[attr-defined] # a generator, as its caller in earnest closes it

    assert children() == []


def children() -> list[str]:
    """Return the processes that read ahead for this one and still live."""
    from multiprocessing import active_children

    return [child.name for child in active_children() if child.name == "reader"]
