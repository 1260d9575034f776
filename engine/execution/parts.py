"""The parts of a task that several people do: which of them belong together."""

from sqlalchemy import Select, select

from engine.model import ElementInstance


def beside(instance_id: int, token: int) -> Select[int]:
    """Select the tokens of all parts of the repeated task that one part belongs to, its own among them.

    Inside a sub-process that is repeated, too, each has its own parts. What was taken back is no part any more.
    """
    of_case = ElementInstance.instance_id == instance_id
    own = select(ElementInstance.scope).where(of_case, ElementInstance.token == token).scalar_subquery()
    holding = of_case, ElementInstance.undone.is_(False)
    return select(ElementInstance.token).where(*holding, ElementInstance.scope == own)
