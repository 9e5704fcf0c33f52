"""`regulars …` in this process, on a database that the environment names."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.databases import Fresh
from tests.flows.shop import SECRET

Command = Callable[..., Result]


@pytest.fixture
def command(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`command("keys", "create", …)` on a fresh, migrated database."""
    monkeypatch.setenv("REGULARS_DATABASE_URL", database.url)
    monkeypatch.setenv("REGULARS_JOBS_URL", database.jobs_url)
    monkeypatch.setenv("REGULARS_OWNER_URL", database.owner_url)
    monkeypatch.setenv("REGULARS_SECRET", SECRET)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    return run
