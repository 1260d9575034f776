"""``qucheng register import``: a sheet into a register from the terminal, as the page does it."""

import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from string import ascii_uppercase

import click
from tqdm import tqdm

from engine.commands.cancel_import import cancel_import
from engine.config import Settings, load_settings
from engine.database import Database
from engine.errors import EngineError, NotFoundError, mark
from engine.queries.people import Person, find_person
from engine.queries.register_imports import Import, Planned, planned_rows, require_import_reader, view_import
from engine.queries.registers import view_register
from web.cli.opening import require_initialised
from web.importing import Step, check_sheet, keep_sheet, write_rows


@click.group("register")
def register_group() -> None:
    """台账。 / Registers."""


@register_group.command("import")
@click.argument("register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--user", required=True, help="以谁的名义导入（用户名）；要在 importGroups 的小组里。 / In whose name.")
@click.option("--check", "only_check", is_flag=True, help="只检查和预览，什么也不写入。 / Check and preview only.")
@click.option("--yes", is_flag=True, help="检查通过就写入，不再问。 / Write without asking once the check has passed.")
def import_command(register: str, file: Path, user: str, *, only_check: bool, yes: bool) -> None:
    """把 Excel 表（.xlsx）导入一本台账：检查、预览、一次写入。 / Check, preview and write a sheet.

    REGISTER 是台账的名称，如 channel。表里有一处错误，一行也不写入。
    结束码：0 已写入、没有要写入的、或 --check 检查通过；1 什么也没有写入；2 命令写错了。 /
    Status 0: written, nothing to write, or the check has passed; 1: nothing was written; 2: wrong use.
    """
    if only_check and yes:
        raise click.UsageError("--check 和 --yes 只能用一个。")
    if not (only_check or yes or _is_terminal()):
        raise click.UsageError("这里没有人回答“确认写入吗”。请加 --yes（检查通过就写入）或 --check（只检查）。")
    settings = load_settings()
    database = require_initialised(settings)
    try:
        person = _person(database, user)
        number, path = _begin(database, settings, person, register, file)
        with _given_up_where_it_breaks(database, number, user):
            _follow("检查", check_sheet(database, number, path, file.name, user))
            found = _preview(database, person, register, number)
            total = found.new_count + found.changed_count
            if found.problem_count:
                # It stays, so that all of it is seen on the page of the register, as after any upload.
                sys.exit(1)
            if only_check or not total:
                _give_up(database, number, user)
                click.echo("✓ 检查通过，什么也没有写入。" if total else "✓ 表里的内容和台账一样，没有要写入的。")
                return
            if not yes:
                click.confirm(f"确认写入 {total} 行吗？", abort=True)
            _follow("写入", write_rows(database, number, user, total))
        click.echo(f"✓ 已写入 {total} 行（导入 #{number}）。")
    finally:
        database.dispose()


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _person(database: Database, username: str) -> Person:
    with database.reading() as session:
        person = find_person(session, username)
    if person is None:
        raise NotFoundError(mark("没有在职的用户 {username}。"), username=username)
    return person


def _begin(database: Database, settings: Settings, person: Person, register: str, file: Path) -> tuple[int, Path]:
    """Keep the sheet and begin the import; give its number and where the sheet is."""
    with database.transaction() as session, file.open("rb") as stream:
        require_import_reader(session, person, register)
        number, digest = keep_sheet(session, settings, register, (stream, file.name), person.username)
    return number, settings.attachments_folder / digest[:2] / digest


@contextmanager
def _given_up_where_it_breaks(database: Database, number: int, user: str) -> Iterator[None]:
    """Give an import up that is refused, declined, or stopped with Ctrl+C."""
    try:
        yield
    except (EngineError, click.Abort, KeyboardInterrupt):
        with suppress(EngineError):
            _give_up(database, number, user)
        click.echo("什么也没有写入。", err=True)
        raise


def _give_up(database: Database, number: int, user: str) -> None:
    with database.transaction() as session:
        cancel_import(session, number, user)


def _follow(doing: str, steps: Generator[Step, None, None]) -> None:
    """Do it step by step, with a bar where somebody looks on."""
    # Closed at once where it breaks: its transaction must not wait for a collector.
    with closing(steps) as running, tqdm(desc=doing, unit="行", disable=None) as bar:
        for done, total in running:
            bar.total = total
            bar.update(done - bar.n)


def _preview(database: Database, person: Person, register: str, number: int) -> Import:
    """Say what an import would write, or what is wrong and where; personal data are masked, as on the page."""
    with database.reading() as session:
        view = view_register(session, person, register)
        found = view_import(session, person, view, number)
        planned = list(planned_rows(session, view, number))
    for cell, label, problem in found.problems:
        row = cell.lstrip(ascii_uppercase)
        place = f"第 {row} 行" if row == cell else f"第 {row} 行 {cell}"
        click.echo(f"✗ {place}（{label}）：{problem}", err=True)
    if found.problem_count > len(found.problems):
        click.echo(f"✗ 只列出前 {len(found.problems)} 处。", err=True)
    if not found.problem_count:
        for one in planned:
            click.echo(_line(one))
        if found.new_count + found.changed_count > len(planned):
            click.echo(f"只列出前 {len(planned)} 行。")
    click.echo(
        f"检查了 {found.checked_count} 行：新增 {found.new_count}，修改 {found.changed_count}，"
        f"不变 {found.unchanged_count}，错误 {found.problem_count} 处。"
    )
    return found


def _line(one: Planned) -> str:
    before, after = one.status
    status = f"{before} → {after}" if before and before != after else after
    changes = "；".join(f"{label}：{f'{old} → ' if old else ''}{new or '—'}" for label, old, new in one.changes)
    return f"第 {one.row} 行  {one.number or '新增'}  {status}  {changes}"


COMMANDS = (register_group,)
