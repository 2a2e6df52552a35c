from pathlib import Path

import pytest

from balcao.testing.servers.kept import kept


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BALCAO_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "bazaar.lock"
    path.write_text("bazaar==1")
    return path


def fill(folder: Path) -> None:
    (folder / "shop.sqlite").write_text("full")


def break_off(folder: Path) -> None:
    fill(folder)
    raise KeyboardInterrupt


def test_what_was_made_once_is_taken_again_until_what_it_is_made_of_changes(source: Path) -> None:
    first = kept("bazaar", made_of=[source], make=fill)
    again = kept("bazaar", made_of=[source], make=break_off)
    source.write_text("bazaar==2")
    anew = kept("bazaar", made_of=[source], make=fill)

    assert first == again != anew
    assert (anew / "shop.sqlite").read_text() == "full"


def test_what_was_interrupted_is_made_anew_and_leaves_nothing(source: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        kept("bazaar", made_of=[source], make=break_off)

    place = kept("bazaar", made_of=[source], make=fill)

    assert [path for path in place.parent.iterdir() if path.is_dir()] == [place]
