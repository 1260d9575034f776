"""``notify``: a message to people, inside the product, by mail, or into a group of an instant messenger."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import insert, select

from engine.config_outside import Outside
from engine.connectors import reading
from engine.connectors.call import Call, Errand, RefusedError
from engine.connectors.im import post
from engine.connectors.mail import Mail, Recipient, send
from engine.errors import mark
from engine.model import Notification, User

APP, MAIL = "app", "mail"


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What a task asks for."""

    people: list[str]
    title: str
    text: str
    channels: list[str]


def notify(call: Call) -> dict[str, object]:
    """Write a notification to each person named, where the product itself is one of the channels.

    Inputs: ``to`` (a username or a list of usernames), ``title``, ``text``, ``channels`` (``app``, ``mail``, names
    of messenger groups; ``app`` alone unless given). Gives ``notified``, the usernames reached inside the product,
    and what the errands brought: ``mailed``, ``without_address``, ``posted``. Raises RefusedError where nobody is
    named or no title is given.
    """
    wanted = _read(call)
    result: dict[str, object] = {"notified": []}
    if APP in wanted.channels:
        call.session.execute(insert(Notification), [_row(call, wanted, name) for name in wanted.people])
        result["notified"] = wanted.people
    posted = [name for name in call.replies if name != MAIL]
    mailed = call.replies.get(MAIL)
    return {**result, **(mailed if isinstance(mailed, dict) else {}), **({"posted": posted} if posted else {})}


def plan_notify(call: Call, outside: Outside) -> Mapping[str, Errand]:
    """Plan the mail and the posts; who has which address is read now."""
    wanted = _read(call)
    link = f"{outside.base_url}/cases/{call.instance_id}" if outside.base_url else ""
    errands: dict[str, Errand] = {}
    for channel in wanted.channels:
        if channel == MAIL:
            errands[channel] = partial(send, _mail(call, wanted, link), outside)
        elif channel != APP:
            errands[channel] = partial(post, channel, wanted.title, _with_link(wanted.text, link), outside)
    return errands


def _read(call: Call) -> _Wanted:
    known = call.organisation.people
    channels = reading.texts(call.inputs, "channels") or [APP]
    people = [name for name in reading.texts(call.inputs, "to") if name in known]
    if not people and {APP, MAIL} & set(channels):
        raise RefusedError(mark("通知没有收件人：输入 to 没有给出在册的用户。"), where="to")
    title = call.inputs.get("title")
    if not isinstance(title, str) or not title.strip():
        raise RefusedError(mark("通知没有标题：输入 title 没有给出文字。"), where="title")
    text = call.inputs.get("text")
    return _Wanted(people=people, title=title, text=text if isinstance(text, str) else "", channels=channels)


def _row(call: Call, wanted: _Wanted, username: str) -> dict[str, object]:
    return {
        "username": username,
        "instance_id": call.instance_id,
        "title": wanted.title,
        "text": wanted.text,
        "created_at": call.now,
    }


def _mail(call: Call, wanted: _Wanted, link: str) -> Mail:
    addresses = dict(
        call.session.execute(select(User.username, User.email).where(User.username.in_(wanted.people))).all()
    )
    names = call.organisation
    return Mail(
        key=call.key,
        sent_at=call.now,
        recipients=tuple(
            Recipient(username=name, display_name=names.display_name(name), address=addresses.get(name))
            for name in wanted.people
        ),
        title=wanted.title,
        text=wanted.text,
        case=f"#{call.instance_id} {call.title}",
        link=link,
    )


def _with_link(text: str, link: str) -> str:
    return "\n\n".join(part for part in (text, link) if part)
