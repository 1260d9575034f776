"""Sending a mail through the company's own server."""

import datetime as dt
import html
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from engine.clock import SHANGHAI
from engine.config_outside import Outside
from engine.connectors.call import FailedError, RefusedError
from engine.errors import mark

TIMEOUT = 20.0
"""Seconds for each answer of the server."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody a mail is for; without an address it can't reach them."""

    username: str
    display_name: str
    address: str | None


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail to several people."""

    key: str
    """The same at each try: becomes the Message-ID, by which mail servers and readers know a repetition."""
    sent_at: dt.datetime
    recipients: tuple[Recipient, ...]
    title: str
    text: str
    case: str
    """Number and title of the case it is about."""
    link: str
    """The address of the case; empty where the product's own address isn't known."""


def send(mail: Mail, outside: Outside) -> dict[str, object]:
    """Hand a mail to the server; give ``mailed`` and ``without_address``, both usernames.

    Raises RefusedError where no server is set up, nobody has an address or the server won't take it, FailedError
    where it can't take it now.
    """
    if outside.rehearsal:
        return {"mailed": [one.username for one in mail.recipients]}
    if not outside.smtp_url or _address(parseaddr(outside.mail_from)[1]) is None:
        raise RefusedError(
            mark("没有设置邮件服务器。请系统管理员设置环境变量 QUCHENG_SMTP_URL 和 QUCHENG_MAIL_FROM 后重试。")
        )
    reachable = [one for one in mail.recipients if _address(one.address) is not None]
    if not reachable:
        raise RefusedError(
            mark("收件人{people}都没有可用的邮箱地址。请系统管理员在组织架构里补上后重试。"),
            where="to",
            people="、".join(one.display_name for one in mail.recipients),
        )
    refused = _deliver(compose(mail, outside.mail_from), [str(one.address) for one in reachable], outside)
    return {
        "mailed": [one.username for one in reachable if one.address not in refused],
        "without_address": [one.username for one in mail.recipients if one not in reachable],
        **({"not_accepted": [one.username for one in reachable if one.address in refused]} if refused else {}),
    }


def _address(text: str | None) -> Address | None:
    """Read a mail address; None for none, or for one that no mail can carry."""
    try:
        return Address(addr_spec=text) if text else None
    except (ValueError, IndexError, MessageError):
        return None


def compose(mail: Mail, sender: str) -> EmailMessage:
    """Write a mail as plain text and HTML."""
    message = EmailMessage(policy=SMTP)
    from_name, from_address = parseaddr(sender)
    domain = from_address.rpartition("@")[2]
    # A line break would begin another header.
    message["Subject"] = " ".join(mail.title.split())
    message["From"] = Address(from_name, addr_spec=from_address)
    message["To"] = [
        Address(one.display_name, addr_spec=str(one.address))
        for one in mail.recipients
        if _address(one.address) is not None
    ]
    message["Date"] = mail.sent_at.astimezone(SHANGHAI)
    message["Message-ID"] = f"<{mail.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(mail))
    message.add_alternative(_html(mail), subtype="html")
    return message


def _plain(mail: Mail) -> str:
    return "\n\n".join(part for part in (mail.text, f"事项 {mail.case}", mail.link) if part) + "\n"


def _html(mail: Mail) -> str:
    paragraphs = [f"<p>{html.escape(line)}</p>" for line in mail.text.splitlines() if line.strip()] or [
        f"<p>{html.escape(mail.title)}</p>"
    ]
    case = html.escape(f"事项 {mail.case}")
    linked = f'<a href="{html.escape(mail.link)}">{case}</a>' if mail.link else case
    return f'<html lang="zh-CN"><body>{"".join(paragraphs)}<p>{linked}</p></body></html>'


def _deliver(message: EmailMessage, addresses: list[str], outside: Outside) -> set[str]:
    """Hand over a message and give the addresses that were not accepted."""
    url = urlsplit(outside.smtp_url)
    try:
        with _logged_in(url) as server:
            return set(server.send_message(message, to_addrs=addresses))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise _problem(min(codes), "、".join(sorted(error.recipients))) from None
    except smtplib.SMTPResponseException as error:
        raise _problem(error.smtp_code, _text(error.smtp_error)) from None
    except ssl.SSLCertVerificationError as error:
        raise RefusedError(
            mark("主机 {host} 的证书不可信：{detail}。"), host=url.hostname, detail=error.verify_message
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise RefusedError(mark("邮件服务器 {host} 不支持所需的登录方式或编码。"), host=url.hostname) from None
    except (OSError, smtplib.SMTPException):
        raise FailedError(mark("与邮件服务器 {host} 的连接中断或没有建立。"), host=url.hostname) from None


@contextmanager
def _logged_in(url: SplitResult) -> Iterator[smtplib.SMTP]:
    secure, host = url.scheme == "smtps", url.hostname or ""
    context = ssl.create_default_context()
    opened: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=context)
        if secure
        else smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT)
    )
    with opened as server:
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            secure = True
        if url.username:
            if not (secure or _is_loopback(host)):
                raise RefusedError(
                    mark(
                        "邮件服务器 {host} 不支持加密连接，密码不能明文发送。请改用 smtps:// 或支持 STARTTLS 的端口。"
                    ),
                    host=host,
                )
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(code: int, detail: str) -> RefusedError | FailedError:
    """4xx of SMTP means later, 5xx never (RFC 5321, 4.2.1)."""
    kind = FailedError if 400 <= code < 500 else RefusedError
    return kind(mark("邮件服务器没有接受邮件，答复 {code}：{detail}"), code=code, detail=detail)


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
