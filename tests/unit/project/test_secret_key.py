from pathlib import Path

from balcao.project.secret_key import installation_secret
from balcao.project.statics import static_version


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    made = installation_secret(path)
    assert len(made) >= 50
    assert installation_secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_static_version_follows_contents_and_not_places(tmp_path: Path) -> None:
    for copy in ("here", "there"):
        (tmp_path / copy / "css").mkdir(parents=True)
        (tmp_path / copy / "css" / "desk.css").write_text("body {}")
    before = static_version([tmp_path / "here"])
    assert static_version([tmp_path / "there"]) == before
    (tmp_path / "here" / "css" / "desk.css").write_text("body { margin: 0 }")
    assert static_version([tmp_path / "here"]) != before
