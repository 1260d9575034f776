"""Published versions, kept in memory: what never changes is read from the database once."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import dmn, forms
from engine.errors import NotFoundError, mark
from engine.interpreter import Process, Specification, specification
from engine.model import Content, DecisionDefinition, FormDefinition, ProcessDefinition


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One version of one process, ready to run."""

    id: int
    process_id: str
    name: str
    version: int
    hash: str
    forms: Mapping[str, int]
    """Form id → FormDefinition id."""
    decisions: Mapping[str, int]
    """Decision id → DecisionDefinition id."""
    properties: Mapping[str, str]
    start_form_id: str | None
    specification: Specification

    @property
    def process(self) -> Process:
        """Give the diagram."""
        return self.specification.process


_LIMIT = 512
_guard = threading.Lock()
_caches: WeakKeyDictionary[Engine, dict[tuple[type, int], object]] = WeakKeyDictionary()


_Kind = TypeVar("_Kind")


def _remembered(session: Session, kind: type[_Kind], key: int, load: Callable[[], _Kind]) -> _Kind:
    engine = session.get_bind().engine
    with _guard:
        cache = _caches.setdefault(engine, {})
        found = cache.get((kind, key))
    if found is None:
        found = load()
        with _guard:
            if len(cache) >= _LIMIT:
                cache.pop(next(iter(cache)))
            cache[kind, key] = found
    return cast("_Kind", found)


def definition(session: Session, definition_id: int) -> Definition:
    """Give a published version by its id. Raises NotFoundError."""
    return _remembered(session, Definition, definition_id, lambda: _load_definition(session, definition_id))


def form(session: Session, form_definition_id: int) -> forms.Form:
    """Give a published form by its id. Raises NotFoundError."""
    return _remembered(session, forms.Form, form_definition_id, lambda: _load_form(session, form_definition_id))


def decision_model(session: Session, decision_definition_id: int) -> dmn.Model:
    """Give the model a published decision stands in. Raises NotFoundError."""
    return _remembered(session, dmn.Model, decision_definition_id, lambda: _load_model(session, decision_definition_id))


def _load_definition(session: Session, definition_id: int) -> Definition:
    found = session.execute(
        select(ProcessDefinition, Content.body)
        .join(Content, Content.sha256 == ProcessDefinition.sha256)
        .where(ProcessDefinition.id == definition_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(mark("没有编号为 {id} 的流程版本。"), id=definition_id)
    row, body = found
    return Definition(
        id=row.id,
        process_id=row.process_id,
        name=row.name,
        version=row.version,
        hash=row.definition_hash,
        forms={form_id: int(key) for form_id, key in row.forms.items()},
        decisions={decision_id: int(key) for decision_id, key in row.decisions.items()},
        properties=row.properties,
        start_form_id=row.start_form_id,
        specification=specification(body, row.process_id),
    )


def _load_form(session: Session, form_definition_id: int) -> forms.Form:
    found = session.execute(
        select(Content.body, FormDefinition.resource_name)
        .join(FormDefinition, FormDefinition.sha256 == Content.sha256)
        .where(FormDefinition.id == form_definition_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(mark("没有编号为 {id} 的表单版本。"), id=form_definition_id)
    return forms.load(found.body, found.resource_name)


def _load_model(session: Session, decision_definition_id: int) -> dmn.Model:
    body = session.scalar(
        select(Content.body)
        .join(DecisionDefinition, DecisionDefinition.sha256 == Content.sha256)
        .where(DecisionDefinition.id == decision_definition_id)
    )
    if body is None:
        raise NotFoundError(mark("没有编号为 {id} 的决策版本。"), id=decision_definition_id)
    return dmn.load(body)
