"""The company a scenario plays in: a fresh database, the demo organisation, a clock that is told the time."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import clock
from engine.commands.deploy import File, deploy
from engine.commands.save_organisation import OrganisationRecord, save_organisation
from engine.commands.upload_attachment import upload_attachment
from engine.config_outside import Outside
from engine.database import Database
from engine.demo import demo_organisation
from engine.errors import InvalidError, mark
from engine.execution.immutable import form
from engine.model import ProcessDefinition, ProcessInstance
from engine.registers import Writer, add_entry, require_register, require_status
from engine.scenarios.reading import MAIN, Scenario
from engine.scenarios.samples import sample
from engine.worker import next_due, run_due

LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=clock.SHANGHAI).astimezone(dt.UTC)


@dataclass
class World:
    """One fresh company. Its clock is the program's while a scenario plays."""

    database: Database
    folder: Path
    """Where uploaded files go."""
    process_id: str
    cases: dict[str, int] = field(default_factory=dict)
    """The number of each case the scenario has started, by the name the scenario gives it."""
    now: dt.datetime = LONG_AGO

    def found(self, file_sets: Iterable[list[File]], scenario: Scenario) -> None:
        """Found the company, publish its processes, and write what its registers have already."""
        with self.database.transaction() as session:
            save_organisation(session, _changed(demo_organisation(), scenario.people))
            for files in file_sets:
                if files:
                    deploy(session, files, "system")
        self.write(scenario.given)

    def write(self, entries: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Write what registers have from the beginning."""
        with self.database.transaction() as session:
            writer = Writer(session=session, now=self.now, username="system")
            for name, given in entries.items():
                register = require_register(session, name)
                for entry in given:
                    add_entry(writer, register, require_status(register, entry["status"]), entry["values"])

    def go_on_to(self, moment: dt.datetime) -> None:
        """Let time go by, doing what falls due at the very moment it does."""
        while (due := next_due(self.database)) is not None and due <= moment:
            self.now = max(self.now, due)
            run_due(self.database, outside=Outside(rehearsal=True))
        self.now = moment

    def case(self, name: str) -> int | None:
        """Give the number of a case: by its name in the scenario, else the newest of the process of that name."""
        if name in self.cases:
            return self.cases[name]
        with self.database.reading() as session:
            statement = (
                select(ProcessInstance.id)
                .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
                .where(ProcessDefinition.process_id == (self.process_id if name == MAIN else name))
                .order_by(ProcessInstance.id.desc())
                .limit(1)
            )
            return session.scalar(statement)

    def with_files(self, form_definition_id: int | None, values: Mapping[str, object], actor: str) -> dict[str, object]:
        """Upload a genuine file for each file name that stands in a file picker."""
        if form_definition_id is None:
            return dict(values)
        with self.database.reading() as session:
            pickers = {one.key for one in form(session, form_definition_id).walk() if one.type == "filepicker"}
        return {key: self._uploaded(value, key in pickers, pickers, actor) for key, value in values.items()}

    def _uploaded(self, value: object, is_picker: bool, pickers: set[str], actor: str) -> Any:  # noqa: ANN401 - JSON
        if is_picker and isinstance(value, list):
            return [self._upload(str(name), actor) for name in value]
        if isinstance(value, list):
            return [self._uploaded(one, False, pickers, actor) for one in value]  # noqa: FBT003 - a list in a list
        if isinstance(value, dict):
            return {key: self._uploaded(one, key in pickers, pickers, actor) for key, one in value.items()}
        return value

    def _upload(self, name: str, actor: str) -> dict[str, object]:
        with self.database.transaction() as session:
            return upload_attachment(session, self.folder, io.BytesIO(sample(name)), name, actor)


def _changed(record: OrganisationRecord, changes: Iterable[Mapping[str, Any]]) -> OrganisationRecord:
    """Give the organisation with what is different about some people."""
    by_name = {change["username"]: dict(change) for change in changes}
    people = [replace(person, **_change(by_name.pop(person.username, {}))) for person in record.people]
    if by_name:
        raise InvalidError(mark("演示公司没有这些人：{people}。"), people="、".join(by_name))
    return replace(record, people=people)


def _change(told: Mapping[str, Any]) -> dict[str, Any]:
    change = {key: value for key, value in told.items() if key != "username"}
    return {**change, "groups": tuple(change["groups"])} if "groups" in change else change
