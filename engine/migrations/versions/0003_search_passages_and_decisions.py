"""Keep passages through elements and decisions as rows; those of earlier cases are read from their history."""

import datetime as dt
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine import json_text, xml_text


revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Row = dict[str, Any]
STATES = {"entered": "ACTIVE", "completed": "COMPLETED", "canceled": "TERMINATED"}
ENDED = {"ACTIVE": "ACTIVE", "COMPLETED": "COMPLETED", "WITHDRAWN": "TERMINATED", "TERMINATED": "TERMINATED"}


def upgrade() -> None:
    elements = op.create_table(
        "element_instances",
        sa.Column("instance_id", KEY, nullable=False),
        sa.Column("token", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ACTIVE', 'COMPLETED', 'TERMINATED')", name=op.f("ck_element_instances_state")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_element_instances_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", "token", name=op.f("pk_element_instances")),
    )
    op.create_index("ix_element_instances_element", "element_instances", ["element_id", "state"])
    decisions = op.create_table(
        "decision_instances",
        sa.Column("id", KEY, nullable=False),
        sa.Column("evaluation", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("instance_id", KEY, nullable=True),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("definition_id", KEY, nullable=False),
        sa.Column("decision_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluated_by", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_decision_instances_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["decision_definitions.id"], name=op.f("fk_decision_instances_definition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_instances")),
        sa.UniqueConstraint("evaluation", "number", name=op.f("uq_decision_instances_evaluation_number")),
    )
    op.create_index("ix_decision_instances_instance", "decision_instances", ["instance_id", "id"])
    _fill(op.get_bind(), elements, decisions)


def downgrade() -> None:
    op.drop_table("decision_instances")
    op.drop_table("element_instances")


def _fill(connection: sa.Connection, elements: sa.Table, decisions: sa.Table) -> None:
    """Read what happened in each case; bodies of repeated activities and when a sub-process began were not kept."""
    events = sa.table(
        "history_events", *(sa.column(n) for n in ("instance_id", "sequence", "actor", "body")), _at("at")
    )
    drawn = _diagrams(connection)
    for case in connection.execute(_cases()).all():
        nodes = drawn[case.definition_id]
        state = ENDED[case.state]
        rows = {0: _row(case.process_id, case.name, "process", state, case.started_at, case.ended_at)}
        history = sa.select(events).where(events.c.instance_id == case.id).order_by(events.c.sequence)
        for event in connection.execute(history).all():
            body = _read(event.body)
            _follow(rows, nodes, body, event.at)
            _decide(connection, decisions, case.id, event, body)
        connection.execute(
            elements.insert(), [{"instance_id": case.id, "token": token, **row} for token, row in rows.items()]
        )


def _follow(rows: dict[int, Row], nodes: dict[str, Row], body: Any, at: dt.datetime) -> None:  # noqa: ANN401 - JSON is any value
    for what, element_id, token, _flow in body.get("passages", ()):
        node = nodes.get(element_id)
        if node is not None and (what == "completed" or not node["listens"]):
            before = rows.get(int(token))
            ended = None if what == "entered" else at
            row = _row(element_id, node["name"], node["kind"], STATES[what], at, ended)
            rows[int(token)] = row if before is None else {**row, "started_at": before["started_at"]}
    for stuck in body.get("stuck", ()):
        node = nodes.get(stuck["element"])
        if node is not None:
            rows.setdefault(int(stuck["token"]), _row(stuck["element"], node["name"], node["kind"], "ACTIVE", at, None))


def _decide(connection: sa.Connection, table: sa.Table, case: int, event: sa.Row[Any], body: Any) -> None:  # noqa: ANN401 - JSON is any value
    passed: defaultdict[str, list[int]] = defaultdict(list)
    for _what, element_id, token, _flow in body.get("passages", ()):
        passed[element_id].append(int(token))
    for decided in body.get("decisions", ()):
        tokens = passed[decided["element"]]
        known = {
            "instance_id": case,
            "token": tokens.pop(0) if tokens else None,
            "definition_id": int(decided["version"]),
        }
        alone = {"id": decided["decision"], "name": decided["decision"], "value": decided.get("value"), "tables": []}
        rows = [
            {
                **known,
                "number": number,
                "decision_id": one["id"],
                "name": one["name"],
                "kind": "DECISION_TABLE" if one["tables"] else "LITERAL_EXPRESSION",
                "evaluated_at": event.at,
                "evaluated_by": event.actor,
                "body": json_text.dump_text({"tables": one["tables"], "value": one["value"]}),
            }
            for number, one in enumerate(decided.get("decisions") or [alone], start=1)
        ]
        key = connection.execute(table.insert().values(**rows[-1]).returning(table.c.id)).scalar_one()
        for row in rows[:-1]:
            connection.execute(table.insert().values(**row, evaluation=key))


def _cases() -> sa.Select[Any]:
    cases = sa.table(
        "process_instances",
        *(sa.column(n) for n in ("id", "definition_id", "state")),
        _at("started_at"),
        _at("ended_at"),
    )
    versions = sa.table("process_definitions", *(sa.column(n) for n in ("id", "process_id", "name")))
    return sa.select(cases, versions.c.process_id, versions.c.name).join(
        versions, versions.c.id == cases.c.definition_id
    )


def _diagrams(connection: sa.Connection) -> dict[int, dict[str, Row]]:
    versions = sa.table("process_definitions", sa.column("id"), sa.column("sha256"))
    contents = sa.table("contents", sa.column("sha256"), sa.column("body"))
    found = connection.execute(
        sa.select(versions.c.id, contents.c.body).join(contents, contents.c.sha256 == versions.c.sha256)
    )
    return {row.id: _nodes(bytes(row.body)) for row in found}


def _nodes(diagram: bytes) -> dict[str, Row]:
    """Give what is needed of each element of a diagram by its id."""
    nodes: dict[str, Row] = {}
    for node in xml_text.parse(diagram).iter("{*}*"):
        element_id = node.get("id")
        if element_id:
            kind, parent = xml_text.local_name(node), node.getparent()
            around = parent.get("triggeredByEvent") if parent is not None else None
            nodes[element_id] = {
                "name": " ".join((node.get("name") or "").split()) or element_id,
                "kind": "eventSubProcess" if node.get("triggeredByEvent") == "true" else kind,
                "listens": kind == "boundaryEvent" or (kind == "startEvent" and around == "true"),
            }
    return nodes


def _at(name: str) -> sa.ColumnClause[dt.datetime]:
    return sa.column(name, sa.DateTime(timezone=True))


def _row(element_id: str, name: str, kind: str, state: str, *times: dt.datetime | None) -> Row:
    started_at, ended_at = times
    return {
        "element_id": element_id,
        "name": name,
        "kind": kind,
        "state": state,
        "started_at": started_at,
        "ended_at": ended_at,
    }


def _read(text: str) -> dict[str, Any]:
    """Read a body; one that somebody made unreadable tells nothing."""
    try:
        body = json_text.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
