"""The contracts of pyproject.toml: bands, nouns, purity, Litestar, stores, no cycles."""

import pathlib
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def lint(folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package `service` of a folder, in a process that imports it anew."""
    return subprocess.run(
        [pathlib.Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_keep_the_contracts() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "source", "contract"),
    [
        ("rules/decide.py", "import service.flows.record", "Imports point down"),
        ("kernel/ids.py", "import service.infra.db", "Imports point down"),
        ("domain/lots/lots.py", "import service.domain.tiers.ladder", "A noun never imports"),
        ("rules/decide.py", "import asyncpg", "Rules and words are pure"),
        ("infra/db.py", "import litestar", "Only what speaks HTTP"),
        ("api/home.py", "import service.domain.tiers.store", "Stores are for"),
        ("flows/record.py", "import service.flows.undo", "No cycles"),
        ("extra/more.py", "", "Imports point down"),
    ],
)
def test_a_broken_contract_would_be_seen(
    path: str, source: str, contract: str, tmp_path: pathlib.Path
) -> None:
    """A package of the same shape, whole but for one import."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    files = {
        "__main__.py": "import service.cli",
        "cli.py": "",
        "app.py": "",
        "flows/record.py": "",
        "flows/undo.py": "import service.flows.record",
        "domain/lots/lots.py": "",
        "domain/tiers/ladder.py": "",
        "domain/tiers/store.py": "",
        "infra/db.py": "",
        "rules/decide.py": "",
        "kernel/ids.py": "",
    }
    for band in ("commands", "demo", "api", "jobs", "imports", "verify"):
        files[f"{band}/home.py"] = ""
    for name, text in {**files, path: source}.items():
        file = tmp_path / "service" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        for folder in (file.parent, *file.parent.parents):
            if folder.is_relative_to(tmp_path / "service"):
                (folder / "__init__.py").touch()
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout
    broken = [line for line in done.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
    assert len(broken) == 1, done.stdout
    assert broken[0].startswith(contract)
