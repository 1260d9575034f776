"""``notify``: a message to people inside the product."""

from sqlalchemy import insert

from engine.connectors.call import Call, RefusedError
from engine.errors import mark
from engine.model import Notification


def notify(call: Call) -> dict[str, object]:
    """Write a notification to each person named.

    Inputs: ``to`` (a username or a list of usernames), ``title``, ``text``. Gives ``notified``, the usernames
    reached. Raises RefusedError where nobody is named or no title is given.
    """
    named = call.inputs.get("to")
    usernames = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    known = call.organisation.people
    people = [name for name in dict.fromkeys(usernames) if isinstance(name, str) and name in known]
    title = call.inputs.get("title")
    if not people:
        raise RefusedError(mark("通知没有收件人：输入 to 没有给出在册的用户。"), where="to")
    if not isinstance(title, str) or not title:
        raise RefusedError(mark("通知没有标题：输入 title 没有给出文字。"), where="title")
    text = call.inputs.get("text")
    rows = [
        {
            "username": name,
            "instance_id": call.instance_id,
            "title": title,
            "text": text if isinstance(text, str) else "",
            "created_at": call.now,
        }
        for name in people
    ]
    call.session.execute(insert(Notification), rows)
    return {"notified": people}
