"""The contracts of pyproject.toml: bands, nouns, purity, Litestar, stores, no cycles."""

import pathlib
import subprocess
import sys

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


# A package of the same shape, whole.
SHAPE = {
    "__main__.py": "import service.cli",
    "cli.py": "",
    "commands/up.py": "import service.app",
    "app.py": "import litestar",
    "demo/year.py": "import service.imports.read",
    "api/home.py": "import litestar",
    "jobs/clock.py": "import service.flows.undo",
    "imports/read.py": "import service.domain.tiers.store",
    "verify/sums.py": "import service.domain.tiers.store",
    "doctor/run.py": "import service.domain.tiers.store",
    "flows/record.py": "",
    "flows/undo.py": "import service.flows.record",
    "domain/lots/lots.py": "",
    "domain/tiers/ladder.py": "import service.rules.decide",
    "domain/tiers/store.py": "import service.infra.db",
    "infra/db.py": "import asyncpg",
    "rules/decide.py": "import service.kernel.ids",
    "kernel/ids.py": "",
}


def made(folder: pathlib.Path, change: dict[str, str]) -> pathlib.Path:
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for name, text in {**SHAPE, **change}.items():
        file = folder / "service" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        for package in (file.parent, *file.parent.parents):
            if package.is_relative_to(folder / "service"):
                (package / "__init__.py").touch()
    return folder


def test_the_shape_itself_keeps_the_contracts(tmp_path: pathlib.Path) -> None:
    done = lint(made(tmp_path, {}))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "source", "contract"),
    [
        ("rules/decide.py", "import service.flows.record", "Imports point down"),
        ("jobs/clock.py", "import service.api.home", "Imports point down"),
        ("extra/more.py", "", "Imports point down"),
        ("domain/lots/lots.py", "import service.domain.tiers.ladder", "A noun never imports"),
        ("rules/decide.py", "import asyncpg", "Rules and words are pure"),
        ("infra/db.py", "import litestar", "Only what speaks HTTP"),
        ("api/home.py", "import service.domain.tiers.store", "Stores are for"),
        ("flows/record.py", "import service.flows.undo", "No cycles"),
    ],
)
def test_a_broken_contract_would_be_seen(
    path: str, source: str, contract: str, tmp_path: pathlib.Path
) -> None:
    done = lint(made(tmp_path, {path: source}))
    broken = [line for line in done.stdout.splitlines() if line.rstrip().endswith("BROKEN")]
    assert done.returncode == 1, done.stdout
    assert any(line.startswith(contract) for line in broken), done.stdout
