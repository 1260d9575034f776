"""What happens to a random case from outside: time, messages, signals, and what administrators do to it."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from engine import clock
from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.cancel_instance import cancel_instance
from engine.commands.deploy import File, deploy
from engine.commands.migrate_instance import migrate_instance
from engine.commands.modify_instance import Modification, Move, modify_instance
from engine.commands.publish_message import publish_message
from engine.commands.redo_element import redo_element
from engine.commands.reject_task import reject_task
from engine.commands.resolve_incident import resolve_incident
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.skip_incident import skip_incident
from engine.commands.withdraw_instance import withdraw_instance
from engine.execution.immutable import definition
from engine.model import Incident, Job, ProcessDefinition, ProcessInstance
from tests.execution.commanded import Commanded
from tests.interpreter.drawing import KEY

NOWHERE = 99
"""What no gateway has a flow for."""


class Overseen(Commanded):
    """A case that other things happen to as well."""

    # -- from outside -------------------------------------------------------------------------------------

    def go_off(self, element: str, by: str) -> Sequence[str]:
        """Let this happen; or else the timers whose time has come, and those only."""
        timers = self._timers()
        if by == "timer" and timers[0][0] > clock.now():
            self.office.clock.advance(seconds=(timers[0][0] - clock.now()).total_seconds())
        due = [name for at, name in timers if at <= clock.now()]
        if not due:
            name = element.removesuffix("_at")
            if by == "message":
                self.office.do(publish_message, name, KEY, {}, "zhang.wei")
            else:
                assert self.office.do(broadcast_signal, name, {}, "zhang.wei") == 1
        self.office.work()
        return due or [element]

    def _timers(self) -> list[tuple[dt.datetime, str]]:
        of_case = Job.instance_id == self.case, Job.kind == "timer", Job.state == "CREATED"
        with self.office.database.reading() as session:
            rows = session.execute(select(Job.due_at, Job.element_id).where(*of_case).order_by(Job.due_at))
            return [(row.due_at, row.element_id) for row in rows]

    # -- administrators -----------------------------------------------------------------------------------

    def move(self, token: int, to: str) -> None:
        self._later()
        moves = [Move(token=token, element_id=to, within="inferred")]
        self.office.do(modify_instance, self.case, Modification(moves=moves), "走错了", "admin")

    def renew(self) -> None:
        """Publish the diagram once more, and let the case go on under that version."""
        self._content += b"<!-- renewed -->"
        newest = select(ProcessDefinition.id).where(ProcessDefinition.process_id == "process")
        with self.office.database.transaction() as session:
            deploy(session, [File(name="process.bpmn", content=self._content)], "zeng.rui")
            version = session.scalar(newest.order_by(ProcessDefinition.version.desc()).limit(1))
        self._later()
        self.office.do(migrate_instance, self.case, version, {}, "新版", "admin")

    def repeatable(self) -> dict[str, int]:
        return {one.element_id: one.token for one in self.way().repeatable()}

    def redo(self, token: int) -> None:
        self._later()
        self.office.do(redo_element, self.case, token, "配错了", "admin")

    def hand_in(self, task_id: int, doer: str, result: dict[str, object]) -> None:
        """Complete a task; sometimes with data that no exclusive gateway knows, until an administrator mends them."""
        wrong = {name: NOWHERE for name in result if name.startswith("e")}
        if not wrong or self.chance.random() < 0.8:
            super().hand_in(task_id, doer, result)
            return
        super().hand_in(task_id, doer, {**result, **wrong})
        while stuck := self._stuck():
            self._mend(stuck, {name: result[name] for name in wrong})
        if not self.ended:
            self._correct({name: result[name] for name in wrong})

    def _stuck(self) -> Incident | None:
        wanted = select(Incident).where(Incident.instance_id == self.case, Incident.resolved_at.is_(None))
        with self.office.database.reading() as session:
            return session.scalars(wanted.order_by(Incident.id).limit(1)).one_or_none()

    def _mend(self, stuck: Incident, right: dict[str, object]) -> None:
        """Correct the data and try again, or leave the gateway by the flow that would have been taken."""
        assert stuck.code == "no_condition_true"
        how = self.chance.choice(["correct", "correct at once", "skip"])
        chosen = {name: value for name, value in right.items() if stuck.element_id.startswith(f"{name}_")}
        if how == "skip":
            (place,) = chosen.values()
            flow = self._flows(stuck.element_id)[int(str(place))]
            self.office.do(skip_incident, stuck.id, "按约定走", "admin", flow_ids=[flow])
            return
        if how == "correct":
            self._correct(chosen)
        corrections = chosen if how == "correct at once" else None
        self.office.do(resolve_incident, stuck.id, "admin", corrections=corrections, reason="填错了")

    def _correct(self, values: dict[str, object]) -> None:
        self.office.do(set_variables, self.case, WantedValues(values=values, reason="填错了"), "admin")

    def _flows(self, element_id: str) -> list[str]:
        with self.office.database.reading() as session:
            process = definition(session, session.get_one(ProcessInstance, self.case).definition_id).process
            return [flow.id for flow in process.flows.values() if flow.source == element_id]

    def stop(self) -> None:
        """End the case by force; nothing of it is left open, and no timer, message or signal is waited for."""
        task = self.chance.choice(self._open())
        how = self.chance.choice(["cancel", "reject", "withdraw"])
        if how == "cancel":
            self.office.do(cancel_instance, self.case, "不做了", "admin")
        elif how == "reject":
            self.office.do(reject_task, task.id, "不同意", self.people.doer(task, self.chance))
        else:
            self.office.do(withdraw_instance, self.case, "不需要了", "zhang.wei")
        assert self.ended
        assert self.tokens == {}
