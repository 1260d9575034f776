"""``qucheng register import`` as somebody at a terminal uses it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from engine.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from engine.model import RegisterEntry, RegisterImport
from engine.registers import Writer, add_entry, require_register
from tests.support.company import Company
from tests.web.privacy.test_imports import HEADS, sheet
from web import importing
from web.cli import qucheng, registers

Run = Callable[..., Result]
NEW = ("", "已备案", "城西社群", "online", "晨星", "华东", "1,200.5", "2026-03-05")


@pytest.fixture
def run(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that imports rows into the register of channels; its database is the company's."""
    monkeypatch.setenv("QUCHENG_DATABASE_URL", company.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("QUCHENG_DATA", str(tmp_path / "data"))
    with company.database.transaction() as session:
        values = {"channel_name": "城南社群", "channel_kind": "online", "region": "华东"}
        writer = Writer(session=session, now=company.clock(), username="system")
        add_entry(writer, require_register(session, "channel"), "已备案", values)

    def act(
        *options: str, rows: Sequence[Sequence[object]], user: str = "zhou.min", answer: str | None = None
    ) -> Result:
        path = tmp_path / "渠道.xlsx"
        path.write_bytes(sheet(*rows).getvalue())
        command = ["register", "import", "channel", str(path), "--user", user, *options]
        return CliRunner().invoke(qucheng, command, input=answer)

    return act


def names(company: Company) -> list[str]:
    with company.database.reading() as session:
        return list(session.scalars(select(RegisterEntry.title).order_by(RegisterEntry.id)))


def states(company: Company) -> list[str]:
    with company.database.reading() as session:
        return list(session.scalars(select(RegisterImport.state).order_by(RegisterImport.id)))


def test_a_check_shows_what_would_be_written_and_writes_nothing(company: Company, run: Run) -> None:
    changed = ("QD-2026-0001", "已终止", "城南社群", "", "", "华北", "", "")
    result = run("--check", rows=[NEW, changed])
    assert result.exit_code == 0, result.output
    assert "第 2 行  新增  已备案  渠道名称：城西社群" in result.output
    assert "第 3 行  QD-2026-0001  已备案 → 已终止" in result.output
    assert "华东 → 华北" in result.output
    assert "检查了 2 行：新增 1，修改 1，不变 0，错误 0 处。" in result.output
    assert (names(company), states(company)) == (["城南社群"], ["CANCELED"])


def test_what_is_wrong_is_told_with_its_line_and_cell(company: Company, run: Run) -> None:
    result = run("--yes", rows=[NEW, ("", "已备案", "", "online", "", "火星", "", "")])
    assert result.exit_code == 1
    assert "✗ 第 3 行 F3（区域）：" in result.output
    assert "新增 1，修改 0，不变 0，错误" in result.output
    # It is seen on the page of the register, too.
    assert (names(company), states(company)) == (["城南社群"], ["CHECKED"])


def test_yes_writes_without_asking(company: Company, run: Run) -> None:
    result = run("--yes", rows=[NEW])
    assert result.exit_code == 0, result.output
    assert "✓ 已写入 1 行（导入 #1）。" in result.output
    assert (names(company), states(company)) == (["城南社群", "城西社群"], ["CONFIRMED"])
    again = run("--yes", rows=[("QD-2026-0001", "已备案", "城南社群", "online", "", "华东", "", "")])
    assert (again.exit_code, states(company)[-1]) == (0, "CANCELED")
    assert "没有要写入的" in again.output


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("n\n", False)])
def test_at_a_terminal_it_asks(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, *, written: bool
) -> None:
    monkeypatch.setattr(registers, "_is_terminal", lambda: True)
    result = run(rows=[NEW], answer=answer)
    assert "确认写入 1 行吗？" in result.output
    assert result.exit_code == (0 if written else 1)
    assert states(company) == ["CONFIRMED" if written else "CANCELED"]
    assert ("什么也没有写入" in result.output) is not written


def test_where_nobody_can_answer_an_option_must_say_what_to_do(run: Run) -> None:
    for options in ((), ("--check", "--yes")):
        result = run(*options, rows=[NEW])
        assert result.exit_code == 2
        assert "--check" in result.output


def test_what_is_refused_is_said_and_nothing_is_left(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(run("--yes", rows=[NEW], user="wu.tao").exception, ForbiddenError)
    assert isinstance(run("--yes", rows=[NEW], user="nobody").exception, NotFoundError)
    assert states(company) == []

    def overtaken(*_arguments: object) -> None:
        raise ConflictError("第 2 行的记录在检查之后被改过。")

    monkeypatch.setattr(importing, "confirm_import", overtaken)
    result = run("--yes", rows=[NEW])
    assert isinstance(result.exception, ConflictError)
    assert "什么也没有写入。" in result.output
    assert states(company) == ["CANCELED"]


def test_what_is_no_sheet_is_refused(company: Company, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "不是.xlsx"
    path.write_text("、".join(HEADS), encoding="utf-8")
    command = ["register", "import", "channel", str(path), "--user", "zhou.min", "--check"]
    assert isinstance(CliRunner().invoke(qucheng, command).exception, InvalidError)
    assert states(company) == []
