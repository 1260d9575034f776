"""``qucheng verify``, ``seal``, ``replay`` and ``export``: proving that nothing was altered."""

import sys
from pathlib import Path

import click
from tqdm import tqdm

from engine.audit.checkpoint import seal
from engine.audit.export import export_case
from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.config import load_settings
from web.cli.opening import require_initialised


@click.command("verify")
@click.option("--case", "number", type=int, help="只核对这一个事项。 / Only this case.")
def verify_command(number: int | None) -> None:
    """核对历史、发布、附件与封存，指出任何改动。 / Find any altered, removed, inserted or reordered event."""
    settings = load_settings()
    database = require_initialised(settings)
    with database.reading() as session, tqdm(desc="核对", unit="个事项", disable=None) as bar:
        report = verify(
            session,
            number,
            attachments=settings.attachments_folder,
            key_path=settings.signing_key,
            progress=lambda cases, _events: bar.update(cases - bar.n),
        )
    database.dispose()
    for found in report.discrepancies:
        click.echo(f"✗ {found}", err=True)
    if report.more:
        click.echo(f"✗ 另有 {report.more} 处未列出。", err=True)
    click.echo(f"核对了 {report.cases} 个事项、{report.events} 个事件、{report.seals} 次封存。")
    if not report.intact:
        sys.exit(1)
    click.echo("✓ 没有发现任何改动。")


@click.command("seal")
def seal_command() -> None:
    """封存所有事项的最新状态（签名的 Merkle 根）。 / Seal the newest event of every case."""
    settings = load_settings()
    database = require_initialised(settings)
    sealed = seal(database, settings.signing_key)
    database.dispose()
    click.echo("没有可封存的事项。" if sealed is None else f"✓ 封存了 {sealed.cases} 个事项：{sealed.merkle_root}")


@click.command("replay")
@click.argument("number", type=int)
def replay_command(number: int) -> None:
    """用同一个流程引擎重新执行一个事项，与历史逐步对照。 / Execute a case again and compare."""
    database = require_initialised(load_settings())
    with database.reading() as session:
        replayed = replay_case(session, number)
    database.dispose()
    if replayed.difference is not None:
        click.echo(f"✗ {replayed.difference}", err=True)
        sys.exit(1)
    click.echo(f"✓ 事项 {number} 的 {replayed.steps} 步重新执行的结果完全一致。")


@click.command("export")
@click.argument("number", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_command(number: int, file: Path) -> None:
    """导出一个事项及离线核对脚本（zip）。 / Export a case that verifies off-line."""
    settings = load_settings()
    database = require_initialised(settings)
    try:
        with database.reading() as session, file.open("wb") as target:
            export_case(session, number, target, attachments=settings.attachments_folder)
    except BaseException:
        # Half an export must not be taken for a whole one.
        file.unlink(missing_ok=True)
        raise
    finally:
        database.dispose()
    click.echo(f"✓ 已导出到 {file}。解压后运行 python verify_export.py 即可离线核对。")


COMMANDS = (verify_command, seal_command, replay_command, export_command)
