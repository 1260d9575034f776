"""``qucheng bench``: try the program under conditions that nobody wants."""

import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click
from tqdm import tqdm

from engine.bench import (
    PARTS,
    RUNS,
    Crash,
    CrashReport,
    Figure,
    Speed,
    Trial,
    compare_workers,
    measure_speed,
    run_crash,
)
from engine.bench.postgresql import private_cluster
from engine.database import Database
from engine.migrations import upgrade

PROGRAM = (sys.executable, "-c", "from web.cli import main; main()")
"""This very program, whether it is installed or run from its folder."""

KIND_NAMES = {"bench_outside": "等外部回答的作业", "bench_inside": "只写数据库的作业"}

Kind = Literal["sqlite", "postgresql"]
PROCESSES = {"sqlite": 2, "postgresql": 4}


@click.group("bench")
def bench_group() -> None:
    """用真实的进程和数据库考验系统。 / Try the program with real processes and databases."""


@bench_group.command("crash")
@click.option("--seed", type=int, help="随机数种子，默认随机选一个。 / Seed.")
@click.option("--cases", type=click.IntRange(1), default=200, show_default=True, help="事项数。 / Cases.")
@click.option("--database", "kind", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--processes", type=click.IntRange(1), help="进程数，默认 SQLite 2、PostgreSQL 4。 / Processes.")
@click.option("--kills", type=click.IntRange(0), default=30, show_default=True, help="强行结束几次。 / Kills.")
def crash_command(seed: int | None, cases: int, kind: Kind, processes: int | None, kills: int) -> None:
    """在 200 个事项运行时随机强杀服务器和后台进程，看结果是否分毫不差。 / Kill at random; all must end as predicted."""
    chosen = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    click.echo(f"seed {chosen}  {kind}  cases {cases}")
    with _fresh(kind) as (url, folder), tqdm(total=cases, desc="事项", unit="个", disable=None) as bar:
        crash = Crash(
            seed=chosen,
            cases=cases,
            processes=processes or PROCESSES[kind],
            kills=kills,
            database_url=url,
            folder=folder,
            program=PROGRAM,
        )
        report = run_crash(crash, lambda ended: bar.update(ended - bar.n))
    _tell(report)


@bench_group.command("workers")
@click.option("--jobs", type=click.IntRange(1), default=100, show_default=True, help="每轮几项作业。 / Jobs a round.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="轮数。 / Rounds.")
def workers_command(jobs: int, rounds: int) -> None:
    """PostgreSQL 上两个后台进程比一个快多少倍。 / Two workers against one on PostgreSQL, in one run."""
    with _fresh("postgresql") as (url, folder), tqdm(total=4 * rounds, unit="轮", disable=None) as bar:
        trial = Trial(database_url=url, folder=folder, program=PROGRAM, jobs=jobs, rounds=rounds)
        found = compare_workers(trial, bar.update)
    click.echo(f"cpus {os.cpu_count()}  jobs {jobs}  rounds {rounds}")
    for one in found:
        spread = f"{min(one.ratios):.2f}–{max(one.ratios):.2f}"
        click.echo(f"{KIND_NAMES[one.kind]}：两个比一个 {one.ratio:.2f} 倍（{spread}）")


@bench_group.command("speed")
@click.option("--only", "parts", multiple=True, type=click.Choice(PARTS), help="只量这几项，默认全部。 / Only these.")
@click.option("--database", "kinds", multiple=True, type=click.Choice(["sqlite", "postgresql"]), help="默认两种都量。")
@click.option("--cases", type=click.IntRange(4), default=40, show_default=True, help="每项办几个事项。 / Cases each.")
@click.option("--tasks", type=click.IntRange(2000), default=100_000, show_default=True, help="列表：大公司的任务数。")
@click.option(
    "--completions", type=click.IntRange(100), default=2000, show_default=True, help="内存：办理多少次之后再看。"
)
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=RUNS,
    show_default=True,
    help="几秒能量完的项由几个进程先后各量一次，取中位数。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。 / Print JSON.")
def speed_command(parts: tuple[str, ...], kinds: tuple[Kind, ...], as_json: bool, **numbers: int) -> None:
    """办理、增长、列表、占用，每个数旁边是目标。 / Speed, growth and size beside their goals."""
    chosen = kinds or ("sqlite", "postgresql")
    speed = Speed(fresh=_fresh, program=PROGRAM, parts=parts or PARTS, kinds=chosen, **numbers)
    with tqdm(total=speed.steps(), unit="步", disable=None) as bar:
        figures = measure_speed(speed, bar.update)
    if as_json:
        click.echo(json.dumps([figure.as_json() for figure in figures], ensure_ascii=False, indent=2))
        return
    click.echo("  ".join([f"cpus {os.cpu_count()}", *(f"{name} {number}" for name, number in numbers.items())]))
    for figure in figures:
        click.echo(_line(figure))


UNITS = {"x": "倍", "us": "微秒", "ms": "毫秒", "s": "秒"}


def _line(figure: Figure) -> str:
    unit = UNITS.get(figure.unit, figure.unit)
    goal = "" if figure.goal is None else f"{'至少' if figure.at_least else '至多'} {figure.goal:g} {unit}"
    sign = " " if figure.goal is None else "✓" if figure.reached else "✗"
    parts = "  ".join(f"{name} {value:.4g}" for name, value in figure.parts.items())
    return f"{sign} {figure.name:<34} {figure.value:8.2f} {unit}  {goal:<12} {parts}".rstrip()


@contextmanager
def _fresh(kind: Kind) -> Iterator[tuple[str, Path]]:
    """Give a migrated database and a folder; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="qucheng-crash-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield _migrated(f"sqlite:///{folder / 'qucheng.db'}"), folder
            return
        with private_cluster() as cluster:
            yield _migrated(cluster.create("crash")), folder


def _migrated(url: str) -> str:
    database = Database(url)
    upgrade(database)
    database.dispose()
    return url


def _tell(report: CrashReport) -> None:
    kills = "  ".join(f"{name} {count}" for name, count in report.kills.items())
    answers = "  ".join(f"{name} {count}" for name, count in sorted(report.answers.items()))
    click.echo(f"kills   {sum(report.kills.values())}  ({kills})\nanswers {answers}\nseconds {report.seconds:.1f}")
    for difference in report.differences:
        click.echo(f"✗ {difference}", err=True)
    click.echo("✗ 有不符" if report.differences else "✓ 每个事项都如模型所料")
    if report.differences:
        sys.exit(1)


COMMANDS = (bench_group,)
