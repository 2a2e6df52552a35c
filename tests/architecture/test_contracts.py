"""The import contracts of pyproject.toml hold, and they speak of every module there is."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
# Not domain modules: they have other rooms, or none.
OTHERS = {"api", "cli", "demo", "kit", "locale", "pipeline", "plugins", "ports", "project", "testing", "web"}


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def domain_modules() -> set[str]:
    folders = {path.parent.name for path in (ROOT / "balcao").glob("*/__init__.py")}
    return {f"balcao.{name}" for name in folders - OTHERS}


def test_the_contracts_hold() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


def test_every_domain_module_keeps_to_the_rooms(contracts: dict[str, dict[str, Any]]) -> None:
    assert set(contracts["rooms"]["containers"]) == domain_modules()


def test_every_domain_module_is_out_of_bounds_for_plug_ins(contracts: dict[str, dict[str, Any]]) -> None:
    assert domain_modules() <= set(contracts["plugins"]["forbidden_modules"])


def test_no_contract_ignores_an_import(contracts: dict[str, dict[str, Any]]) -> None:
    assert [name for name, contract in contracts.items() if "ignore_imports" in contract] == []


def test_the_layers_are_exhaustive(contracts: dict[str, dict[str, Any]]) -> None:
    assert contracts["layers"]["exhaustive"] is True


def test_the_tests_of_plug_ins_are_no_packages() -> None:
    assert list((ROOT / "balcao" / "plugins").glob("**/tests/__init__.py")) == []
