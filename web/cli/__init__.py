"""The command line: ``qucheng run | init | deploy | worker | token | verify | …``."""

import logging
import sys

import click

from engine.errors import EngineError, UnpublishableError
from web.cli.rooms import Rooms


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qucheng", prog_name="qucheng")
def qucheng() -> None:
    """渠成：让渠道制度成为真正运行的流程图。 / Channel policies as BPMN diagrams that run."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # A library that logs every state change of every token would drown everything else.
    logging.getLogger("spiff").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


qucheng.rooms = {
    "init": "web.cli.installation",
    "deploy": "web.cli.installation",
    "run": "web.cli.server",
    "worker": "web.cli.server",
    "token": "web.cli.accounts",
    "register": "web.cli.registers",
    "verify": "web.cli.evidence",
    "seal": "web.cli.evidence",
    "replay": "web.cli.evidence",
    "export": "web.cli.evidence",
    "test": "web.cli.scenarios",
    "clauses": "web.cli.scenarios",
    "bench": "web.cli.bench",
}


def main() -> None:
    """Run a command; a refusal is told in words and ends with status 1."""
    try:
        qucheng()
    except UnpublishableError as error:
        for found in error.findings:
            place = ":".join(str(part) for part in (found.resource, found.line) if part)
            click.echo(f"{'✗' if found.severity == 'error' else '!'} {place} {found.element or ''} {found}", err=True)
        sys.exit(1)
    except EngineError as error:
        click.echo(f"✗ {error}", err=True)
        sys.exit(1)
