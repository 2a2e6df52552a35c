"""The marks by which a deed is known again."""

from balcao.plugins.commerce.vendure import marks


def test_a_mark_is_found_again_and_left_out_for_people() -> None:
    text = marks.marked("changed mind", "key 1")

    assert marks.is_marked(text, "key 1")
    assert not marks.is_marked(text, "key 2")
    assert not marks.is_marked(None, "key 1")
    assert marks.plain(text) == "changed mind"
    assert marks.plain(marks.marked("", "key 1")) == ""


def test_a_return_tells_its_pieces() -> None:
    pieces = (("12", 1), ("3f2c-uuid", 40))
    text = marks.marked("2 mugs\nregret", "key 1", pieces=pieces)

    announced = marks.announced(text)
    assert announced
    assert announced[1] == pieces
    assert marks.is_marked(text, "key 1")
    assert marks.plain(text) == "2 mugs\nregret"


def test_other_notes_announce_nothing() -> None:
    assert marks.announced(marks.marked("hello", "key 1")) is None
    assert marks.announced("return 1*2") is None
