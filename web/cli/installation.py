"""``qucheng init`` and ``qucheng deploy``: a database, and what is published in it."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import click
from tqdm import tqdm

from engine import clock
from engine.commands.deploy import File, deploy
from engine.commands.save_organisation import OrganisationRecord, PersonRecord, save_organisation
from engine.config import Settings, load_settings
from engine.database import Database
from engine.demo import load_demo
from engine.migrations import upgrade
from engine.queries.installed import anybody_exists
from engine.scenarios import SHARED, play_chronicle, process_files, read_chronicle, read_folder, shared_files


@click.command("init")
@click.option("--demo", is_flag=True, help="载入演示公司；服务器此后只在本机监听。 / Load the demo company.")
@click.option("--cases", is_flag=True, help="连同它最近三个月的事项。 / With its cases of the last three months.")
def init_command(*, demo: bool, cases: bool) -> None:
    """建立数据库，发布 bpmn/ 与 forms/。可以重复执行。 / Create the database and publish; safe to repeat."""
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        upgrade(database)
        if demo:
            (settings.data_folder / "demo").touch()
        if demo and cases and _is_empty(database):
            _live_through(database, settings)
        else:
            _found(database, settings, demo=demo)
    finally:
        database.dispose()


@click.command("deploy")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--note", default="", help="版本说明。 / What changed.")
def deploy_command(folders: Sequence[Path], note: str) -> None:
    """发布文件夹里的流程图、决策表和表单；不给文件夹时发布 bpmn/ 与 forms/ 的全部。 / Publish."""
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        if folders:
            files = [file for folder in folders for file in read_folder(folder)]
            _publish(database, "、".join(folder.name for folder in folders), files, note)
        else:
            publish_folders(database, settings.home, note)
    finally:
        database.dispose()


def _is_empty(database: Database) -> bool:
    with database.reading() as session:
        return not anybody_exists(session)


def _found(database: Database, settings: Settings, *, demo: bool) -> None:
    _people(database, demo=demo)
    publish_folders(database, settings.home)


def _live_through(database: Database, settings: Settings) -> None:
    """Found the demo company three months ago and let its people work until now."""
    now = clock.now()
    chronicle = read_chronicle(now)
    with clock.ticking(lambda: chronicle.begins):
        _found(database, settings, demo=True)
    steps = play_chronicle(database, settings.attachments_folder, chronicle, now)
    bar = tqdm(steps, total=len(chronicle.steps), desc="演示事项", unit="步", disable=None)
    for step in bar:
        bar.set_postfix_str(f"{step.at.astimezone(clock.SHANGHAI):%m-%d}")


def publish_folders(database: Database, home: Path, note: str = "") -> None:
    """Publish what processes share, then each with its forms; unchanged ones make no new version."""
    sets = {SHARED: shared_files(home)}
    for folder in sorted((home / "bpmn").iterdir()):
        if folder.is_dir() and folder.name != SHARED:
            sets[folder.name] = process_files(home, folder.name)
    for name, files in tqdm(sets.items(), desc="发布", unit="个", disable=None):
        if files:
            _publish(database, name, files, note)


def _publish(database: Database, name: str, files: Sequence[File], note: str) -> None:
    with database.transaction() as session:
        deployed = deploy(session, files, "system", note=note)
    for version in deployed.published.processes:
        state = "新版本" if version.is_new else "没有变化，仍是版本"
        click.echo(f"✓ {version.key}：{state} {version.version}")
    for register in deployed.published.registers:
        click.echo(f"✓ 台账 {register}")
    for finding in deployed.warnings:
        click.echo(f"! {name} {finding}", err=True)


def _people(database: Database, *, demo: bool) -> None:
    with database.transaction() as session:
        if anybody_exists(session):
            return
        if demo:
            load_demo(session)
            return
        password = secrets.token_urlsafe(12)
        save_organisation(session, _first_administrator(), password=password)
    click.echo(f"管理员 admin 的初始密码：{password}（只显示这一次，登录后请修改）")


def _first_administrator() -> OrganisationRecord:
    grants = {"系统管理员": "admin", "流程负责人": "owner", "审计员": "auditor", "渠道监督": "supervisor"}
    admin = PersonRecord(username="admin", display_name="系统管理员", department=None, groups=("系统管理员",))
    return OrganisationRecord(departments={}, groups=grants, people=[admin])


COMMANDS = (init_command, deploy_command)
