"""Who does something with a task: its assignee, or somebody who stands in for them."""

from collections.abc import Mapping

from engine.audit.chain import NewEvent
from engine.errors import ConflictError, ForbiddenError, InvalidError, mark
from engine.execution.candidates import candidates, is_candidate
from engine.execution.locked import LockedCase
from engine.execution.standing_in import principals_of, stand_in
from engine.values import value


@value
class Acting:
    """A person who acts, and for whom."""

    actor: str
    on_behalf_of: str | None = None
    chain: tuple[int, ...] = ()
    """The substitutions by which they act for somebody else."""

    @property
    def holder(self) -> str:
        """Give whose act it is."""
        return self.on_behalf_of or self.actor

    def event(self, locked: LockedCase, kind: str, body: Mapping[str, object]) -> NewEvent:
        """Give the history event of what they did with the locked task."""
        return NewEvent(
            kind=kind,
            actor=self.actor,
            on_behalf_of=self.on_behalf_of,
            element_id=locked.work.element_id,
            token=locked.work.token,
            body={**body, **({"substitutions": list(self.chain)} if self.chain else {})},
        )


def acting_holder(locked: LockedCase, actor: str) -> Acting:
    """Give how a person acts on a task that somebody has. An assignee costs no statement.

    Raises ForbiddenError for anybody but the assignee and who stands in for them.
    """
    acting, holder = acting_for_holder(locked, actor), locked.work.assignee
    if acting is None:
        raise ForbiddenError(
            mark("任务“{name}”由{who}办理。") if holder else mark("任务“{name}”还没有人领取。请先领取。"),
            name=locked.work.task_name,
            who=locked.organisation.display_name(holder) if holder else "",
        )
    return acting


def acting_for_holder(locked: LockedCase, actor: str) -> Acting | None:
    """Give how a person acts on a task that somebody has; None for others, and where nobody has it."""
    holder = locked.work.assignee
    return _for(locked, actor, holder) if holder is not None else None


def acting_owner(locked: LockedCase, actor: str) -> Acting | None:
    """Give how a person acts on a task that is delegated; None for others, and where it is not."""
    owner = locked.work.owner
    return _for(locked, actor, owner) if owner is not None else None


def acting_doer(locked: LockedCase, actor: str) -> Acting:
    """Give how a person acts who wants to do a task: as its holder, or where it has none as one who may claim it."""
    return acting_candidate(locked, actor) if locked.work.assignee is None else acting_holder(locked, actor)


def acting_candidate(locked: LockedCase, actor: str) -> Acting:
    """Give how a person acts who wants to claim a task: one statement for a candidate. Raises ForbiddenError."""
    rows = candidates(locked)
    if is_candidate(locked, rows, actor):
        return Acting(actor=actor)
    now, process = locked.environment.now, locked.definition.process_id
    if actor != locked.instance.started_by:
        for way in principals_of(locked.session, actor, now):
            if way.covers(process) and is_candidate(locked, rows, way.principal):
                return Acting(actor=actor, on_behalf_of=way.principal, chain=way.chain)
    raise ForbiddenError(mark("任务“{name}”不在您的待办中，不能办理。"), name=locked.work.task_name)


def _for(locked: LockedCase, actor: str, principal: str) -> Acting | None:
    if actor == principal:
        return Acting(actor=actor)
    if actor == locked.instance.started_by:
        # Nobody decides about a case of their own in somebody else's name.
        return None
    found = stand_in(locked.session, actor, principal, locked.definition.process_id, locked.environment.now)
    return Acting(actor=actor, on_behalf_of=principal, chain=found.chain) if found is not None else None


def require_person(locked: LockedCase, username: str, where: str) -> str:
    """Give a username that can be given a task. Raises InvalidError for nobody in active service."""
    person = locked.organisation.people.get(username)
    if person is None or not person.active:
        raise InvalidError(mark("没有在职的用户 {username}。"), where=where, username=username)
    return username


def require_undelegated(locked: LockedCase) -> None:
    """Refuse what only the owner of a task may do while it is delegated. Raises ConflictError."""
    if locked.work.owner is not None:
        raise ConflictError(
            mark("任务“{name}”是{owner}委派的，请写好意见交回给{owner}。"),
            name=locked.work.task_name,
            owner=locked.organisation.display_name(locked.work.owner),
        )
