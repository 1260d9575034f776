"""Posting into a group of an instant messenger, through Apprise."""

import logging

from engine.config_outside import Outside
from engine.connectors.call import FailedError, RefusedError
from engine.errors import mark

# Both write addresses with tokens in them, in their finer levels.
for name in ("apprise", "urllib3"):
    logging.getLogger(name).setLevel(logging.WARNING)


def post(target: str, title: str, text: str, outside: Outside) -> dict[str, object]:
    """Post to a target that the administrator has set up under a name.

    Raises RefusedError for a name or scheme that isn't, FailedError where the messenger did not take it.
    """
    if outside.rehearsal:
        return {}
    # Not at the top: it reads more than a hundred plugins, and most installations post nowhere.
    import apprise

    url = outside.im_targets.get(target)
    if url is None:
        raise RefusedError(
            mark(
                "没有名为 {target} 的通知渠道。请改用 app、mail，或请系统管理员在环境变量 QUCHENG_IM_TARGETS 里设置它。"
            ),
            where="channels",
            target=target,
        )
    scheme = url.partition("://")[0].lower()
    if scheme not in outside.im_schemes:
        raise RefusedError(
            mark("通知渠道 {target} 的类型 {scheme} 不在允许之列：{allowed}。请系统管理员更正。"),
            where="channels",
            target=target,
            scheme=scheme,
            allowed="、".join(sorted(outside.im_schemes)),
        )
    service = apprise.Apprise.instantiate(url)
    if service is None:
        raise RefusedError(mark("通知渠道 {target} 的地址不完整。请系统管理员更正。"), where="channels", target=target)
    if not service.notify(title=title, body=text or title):
        raise FailedError(mark("通知渠道 {target} 没有接受消息，或暂时连接不上。"), target=target)
    return {}
