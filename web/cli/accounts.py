"""``qucheng token``: keys of programs that use the REST interface."""

import click

from engine.commands.create_token import create_token
from engine.config import load_settings
from web.cli.opening import require_initialised


@click.group("token")
def token_group() -> None:
    """REST 接口的令牌。 / Bearer tokens of the REST interface."""


@token_group.command("create")
@click.argument("username")
@click.option("--label", default="cli", show_default=True, help="用途，便于日后辨认。 / What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="有效天数。 / Days.")
def create_command(username: str, label: str, days: int) -> None:
    """为一个用户创建令牌并打印；只显示这一次。 / Create a token for a user and print it once."""
    database = require_initialised(load_settings())
    with database.transaction() as session:
        token = create_token(session, username, label, days=days)
    database.dispose()
    click.echo(token)


COMMANDS = (token_group,)
