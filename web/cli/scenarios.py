"""``qucheng test`` and ``clauses``: what the scenarios of processes say, and what they prove."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from engine.config import load_settings
from engine.database import Database
from engine.errors import InvalidError, mark
from engine.migrations import upgrade
from engine.queries.clauses import clause_table
from engine.scenarios import Coverage, Played, Script, play, process_files, read_proofs, read_script, shared_files
from web.cli.opening import require_initialised


@click.command("test")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", help="只演这一个情景（编号）。 / Only the scenario with this id.")
def test_command(folders: Sequence[Path], only: str | None) -> None:
    """演一遍流程的情景，例如 qucheng test bpmn/new_channel_filing；不给文件夹时演全部。 / Play scenarios."""
    home = load_settings().home
    chosen = folders or [path.parent for path in sorted((home / "bpmn").glob("*/scenarios.json"))]
    good = True
    with tempfile.TemporaryDirectory() as scratch, _template(Path(scratch)) as template:
        for folder in chosen:
            good = _test(folder.resolve(), only, template, Path(scratch)) and good
    if not good:
        sys.exit(1)


@contextmanager
def _template(scratch: Path) -> Iterator[Path]:
    """Migrate one empty database, to be copied for each scenario."""
    path = scratch / "empty.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.dispose()
    yield path


def _test(folder: Path, only: str | None, template: Path, scratch: Path) -> bool:
    path = folder / "scenarios.json"
    if not path.is_file():
        raise InvalidError(mark("{folder} 里没有 scenarios.json。"), folder=folder.name)
    script = read_script(path.read_bytes(), f"{folder.name}/scenarios.json")
    wanted = [one for one in script.scenarios if only in {None, one.id}]
    if not wanted:
        raise InvalidError(mark("{folder} 没有情景 {scenario}。"), folder=folder.name, scenario=str(only))
    home = folder.parent.parent
    ids = (*script.others, script.process_id)
    sets = [shared_files(home), *(process_files(home, one) for one in ids)]
    played: list[Played] = []
    for number, scenario in enumerate(tqdm(wanted, desc=folder.name, unit="个情景", disable=None)):
        database = Database(f"sqlite:///{shutil.copy(template, scratch / f'{folder.name}-{number}.db')}")
        try:
            played.append(play(script, scenario, database, scratch / "files", sets))
        finally:
            database.dispose()
    return _tell(script, played, whole=only is None)


def _tell(script: Script, played: Sequence[Played], *, whole: bool) -> bool:
    """Tell how the scenarios went; ``whole`` says that all were played, so that coverage means something."""
    for one in played:
        click.echo(f"{'✗' if one.differences else '✓'} {one.scenario.id} {one.scenario.title}")
        for difference in one.differences:
            click.echo(
                f"    {difference.place}\n      应为 {difference.expected}\n      实际 {difference.actual}", err=True
            )
    coverage = Coverage.union(one.coverage for one in played)
    failed = sum(1 for one in played if one.differences)
    click.echo(f"{script.process_id}：{len(played)} 个情景，{failed} 个不符。")
    if not whole:
        return not failed
    click.echo(f"走过连线 {len(coverage.flows - coverage.missing_flows)}/{len(coverage.flows)}，", nl=False)
    click.echo(f"用到规则 {len(coverage.rules - coverage.missing_rules)}/{len(coverage.rules)}。")
    for missing in (*sorted(coverage.missing_flows), *sorted(coverage.missing_rules)):
        click.echo(f"✗ 没有情景经过 {missing}", err=True)
    return not (failed or coverage.missing_flows or coverage.missing_rules)


@click.command("clauses")
def clauses_command() -> None:
    """列出制度的每一条由哪里落实、由哪个情景证明；有缺的以 1 结束。 / Which clause is met where, and proved by what."""
    settings = load_settings()
    database = require_initialised(settings)
    with database.reading() as session:
        rows = clause_table(session, read_proofs(settings.home))
    database.dispose()
    for row in rows:
        click.echo(f"{'✓' if row.places and row.proofs else '✗'} {row.clause}  {row.cases} 个事项走过")
        for place in row.places:
            click.echo(f"    {place.process_name} · {place.name}：{place.text}")
        for proof in row.proofs:
            click.echo(f"    情景 {proof.process_id}/{proof.id}：{proof.title}")
    if not all(row.places and row.proofs for row in rows):
        sys.exit(1)


COMMANDS = (test_command, clauses_command)
