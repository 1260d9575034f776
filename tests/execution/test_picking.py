"""Pickers on a real database: what they offer, what they take, and that one case at a time has an entry."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.commands.withdraw_instance import withdraw_instance
from engine.errors import ConflictError, FormInvalidError, UnpublishableError
from engine.execution.picking import OFFERED, RegisterFinder
from engine.forms import Picker
from engine.model import RegisterEntry
from engine.registers import Writer, add_entry, require_register, revise_entry
from tests.support.company import Company

HERE = Path(__file__).parent
MINE = Picker(
    source="register", name="channel", statuses=("已备案",), match={"channel_manager": "zhang.wei"}, holds=True
)


@pytest.fixture
def stocked(company: Company) -> Company:
    """Publish a process that changes entries, and write some: two of 张伟's are filed, one is ended, one is 李娜's."""
    names = ("change_an_entry.bpmn", "change_an_entry.form")
    files = [File(name=name, content=(HERE / name).read_bytes()) for name in names]
    with company.database.transaction() as session:
        deploy(session, files, "zeng.rui")
        channel = require_register(session, "channel")
        writer = Writer(session=session, now=company.clock(), username="system")
        for title, status, manager in (
            ("城南社群", "已备案", "zhang.wei"),
            ("城北旗舰店", "已备案", "zhang.wei"),
            ("城东旧店", "已终止", "zhang.wei"),
            ("城西店", "已备案", "li.na"),
        ):
            values = {"channel_name": title, "channel_manager": manager, "region": "华东"}
            add_entry(writer, channel, status, values)
    return company


def _offer(company: Company, picker: Picker, text: str, instance_id: int | None = None) -> list[str]:
    with company.database.reading() as session:
        found = RegisterFinder(session, {"field": text}, instance_id).offer("field", picker, (), ())
    return [one.token for one in found if one.refusal is None]


def _start(company: Company, number: object = "QD-2026-0001", actor: str = "zhang.wei", **more: object) -> int:
    values = {"channel": number, "helper": "wu.tao", **more}
    with company.database.transaction() as session:
        return start_instance(session, "change_an_entry", values, actor)


def test_only_entries_of_the_wanted_status_and_fields_are_offered(stocked: Company) -> None:
    assert sorted(_offer(stocked, MINE, "")) == ["QD-2026-0001", "QD-2026-0002"]
    assert _offer(stocked, MINE, "城北") == ["QD-2026-0002"]
    assert _offer(stocked, MINE, "0001") == ["QD-2026-0001"]
    assert _offer(stocked, MINE, "城西") == []
    assert _offer(stocked, MINE, "%") == []


def test_a_search_gives_no_more_than_a_phone_shows(stocked: Company) -> None:
    with stocked.database.transaction() as session:
        writer = Writer(session=session, now=stocked.clock(), username="system")
        channel = require_register(session, "channel")
        for number in range(20):
            values = {"channel_name": f"连锁 {number}", "channel_manager": "zhang.wei"}
            add_entry(writer, channel, "已备案", values)
    stocked.statements.clear()
    assert len(_offer(stocked, MINE, "连锁")) == OFFERED
    assert len(stocked.statements) == 1


def test_people_are_found_by_name_and_only_in_the_wanted_group(stocked: Company) -> None:
    assert _offer(stocked, Picker(source="person"), "何") == ["he.qiang"]
    assert sorted(_offer(stocked, Picker(source="person", name="渠道专员"), "")) == ["wu.tao", "xu.jing"]
    assert _offer(stocked, Picker(source="department"), "财务") == ["财务部"]


def test_what_is_picked_is_the_entry_as_it_is_at_that_moment(stocked: Company) -> None:
    case = _start(stocked, readers=["财务部", "市场部"])
    picked = stocked.variables(case)
    assert picked["channel"]["number"] == "QD-2026-0001"
    assert (picked["channel"]["status"], picked["channel"]["version"]) == ("已备案", 1)
    assert picked["channel"]["values"]["region"] == "华东"
    assert (picked["helper"], picked["readers"]) == ("wu.tao", ["财务部", "市场部"])
    assert stocked.task(case).assignee == "wu.tao"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": "QD-2026-0003"}, "channel"),
        ({"number": "QD-2026-0004"}, "channel"),
        ({"number": {"number": "QD-2026-0004", "values": {"channel_manager": "zhang.wei"}}}, "channel"),
        ({"number": "' OR 1=1 --"}, "channel"),
        ({"helper": "li.na"}, "helper"),
        ({"readers": ["不存在的部门"]}, "readers"),
    ],
)
def test_what_is_not_offered_is_refused_beside_its_field(
    stocked: Company, values: Mapping[str, object], field: str
) -> None:
    with pytest.raises(FormInvalidError) as refused:
        _start(stocked, **values)  # type: ignore[arg-type] # whatever a browser may send
    assert set(refused.value.problems) == {field}


def test_an_entry_that_a_case_has_is_refused_to_the_next_by_the_number_of_the_case(stocked: Company) -> None:
    first = _start(stocked)
    assert _offer(stocked, MINE, "") == ["QD-2026-0002"]
    assert sorted(_offer(stocked, MINE, "", first)) == ["QD-2026-0001", "QD-2026-0002"]
    assert sorted(_offer(stocked, replace(MINE, holds=False), "")) == ["QD-2026-0001", "QD-2026-0002"]
    with pytest.raises(FormInvalidError) as refused:
        _start(stocked)
    assert str(refused.value.problems["channel"]) == f"“城南社群”正由在办事项 {first} 处理，请等它结束。"


def test_an_ended_case_lets_go_of_its_entry(stocked: Company) -> None:
    first = _start(stocked)
    stocked.complete(first, "wu.tao", {})
    second = _start(stocked)
    with stocked.database.transaction() as session:
        withdraw_instance(session, second, "算了", "zhang.wei")
    _start(stocked)
    with stocked.database.reading() as session:
        assert session.query(RegisterEntry).filter_by(number="QD-2026-0001").one().held_by not in {None, first, second}


def test_of_two_that_come_at_the_same_time_one_gets_the_entry(stocked: Company) -> None:
    barrier, outcomes = threading.Barrier(2), list[object]()

    def try_to_start() -> None:
        barrier.wait()
        try:
            outcomes.append(_start(stocked))
        except FormInvalidError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=try_to_start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in outcomes) == ["FormInvalidError", "int"]


def test_a_version_that_somebody_else_wrote_meanwhile_is_refused(stocked: Company) -> None:
    with stocked.database.transaction() as session:
        writer = Writer(session=session, now=stocked.clock(), username="system")
        channel = require_register(session, "channel")
        revise_entry(writer, channel, "QD-2026-0001", (None, {"region": "华南"}), 1)
    with stocked.database.reading() as session:
        channel = require_register(session, "channel")
        writer = Writer(session=session, now=stocked.clock(), username="system")
        with pytest.raises(ConflictError) as refused:
            revise_entry(writer, channel, "QD-2026-0001", ("已终止", {}), 1)
    assert str(refused.value) == "台账记录 QD-2026-0001 已被改为第 2 版，这里依据的是第 1 版。"


def test_a_form_that_picks_from_no_register_is_not_published(company: Company) -> None:
    content = (HERE / "change_an_entry.form").read_bytes().replace(b"register:channel", b"register:nothing")
    with pytest.raises(UnpublishableError) as refused, company.database.transaction() as session:
        deploy(session, [File(name="change_an_entry.form", content=content)], "zeng.rui")
    assert "nothing" in str(refused.value.findings[0])
