"""Tasks that the program does by itself: what they need must stand in the diagram before it is published."""

import re
from collections.abc import Iterator, Mapping, Sequence

from engine import feel
from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, Shape, about

_TEXT = re.compile(r'=\s*"((?:[^"\\])*)"\s*')
_SECRET = re.compile(r"\{\{\s*secrets\.[A-Za-z0-9_]+\s*\}\}")
_SECRET_LIKE = re.compile(r"\{\{\s*secrets?\b[^}]*\}?\}?")
_SECRET_INPUTS = frozenset(f"authentication.{name}" for name in ("password", "token", "value", "clientSecret"))


def built_in_tasks(process: Process, known: Known) -> Iterator[Finding]:
    """Check each task of a type that the program knows."""
    for element in process.elements.values():
        shape = known.shapes.get(element.job_type or "")
        if shape is not None:
            inputs = {mapped.target: mapped.source for mapped in element.inputs}
            yield from _required(element, shape, inputs)
            yield from _choices(element, shape, inputs)
            yield from _register(element, inputs, known.registers)
            yield from _address(element, inputs)
            yield from _secrets(element, inputs)
        if element.job_type:
            yield from _waiting(element)


def literal(source: str | None) -> str | None:
    """Give the text that a mapping sets whatever the case is; None for one that depends on the case."""
    if source is None or not source.strip():
        return None
    if not source.lstrip().startswith("="):
        return source.strip()
    found = _TEXT.fullmatch(source.strip())
    return found[1] if found is not None else None


def _required(element: Element, shape: Shape, inputs: Mapping[str, str]) -> Iterator[Finding]:
    for name, example in shape.required.items():
        given = any(target == name or target.startswith(f"{name}.") for target in inputs)
        if not given or inputs.get(name, "=").strip() == "":
            yield about(
                element,
                "input_missing",
                mark("“{label}”的类型是 {type}，缺少输入 {input}。请在“输入映射”里填写，例如 {example}。"),
                type=element.job_type,
                input=name,
                example=example,
            )


def _choices(element: Element, shape: Shape, inputs: Mapping[str, str]) -> Iterator[Finding]:
    for name, choices in shape.choices.items():
        value = literal(inputs.get(name))
        if value is not None and value not in choices:
            yield about(
                element,
                "input_unknown",
                mark("“{label}”的输入 {input} 写的是 {value}，可用的有：{choices}。请改选其中之一。"),
                input=name,
                value=value,
                choices="、".join(choices),
            )


def _register(element: Element, inputs: Mapping[str, str], registers: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    name = literal(inputs.get("register"))
    if name is None or not (element.job_type or "").startswith("register."):
        return
    if name not in registers:
        yield about(
            element,
            "register_unknown",
            mark("“{label}”要用台账 {register}，但没有这个台账。请一并上传它的表单，或更正名称。"),
            register=name,
        )
        return
    status = literal(inputs.get("status"))
    if status and status not in registers[name]:
        yield about(
            element,
            "status_unknown",
            mark("“{label}”要用状态 {status}，但台账 {register} 没有它，可用的有：{statuses}。"),
            status=status,
            register=name,
            statuses="、".join(registers[name]),
        )


def _address(element: Element, inputs: Mapping[str, str]) -> Iterator[Finding]:
    url = literal(inputs.get("url"))
    if url is not None and not url.lower().startswith(("https://", "http://", "{{")):
        yield about(
            element,
            "url_wrong",
            mark("“{label}”的输入 url 应以 https:// 或 http:// 开头，现在是 {url}。"),
            url=url,
        )


def _secrets(element: Element, inputs: Mapping[str, str]) -> Iterator[Finding]:
    for name, source in inputs.items():
        if any(not _SECRET.fullmatch(found) for found in _SECRET_LIKE.findall(source)):
            yield about(
                element,
                "secret_misspelt",
                mark("“{label}”的输入 {input} 里，密钥应写成 {{{{secrets.名称}}}}，名称用英文字母、数字和下划线。"),
                input=name,
            )
        elif name in _SECRET_INPUTS and literal(source) and not _SECRET.search(source):
            yield about(
                element,
                "secret_in_diagram",
                mark(
                    "“{label}”把密钥直接写在输入 {input} 里，谁看得到图就看得到它。请改写成 {{{{secrets.名称}}}}，"
                    "并请系统管理员设置环境变量 QUCHENG_SECRET_名称。"
                ),
                input=name,
            )


def _waiting(element: Element) -> Iterator[Finding]:
    text = element.headers.get("retryBackoff", "").strip()
    length = feel.duration(text) if text else None
    if text and not (isinstance(length, feel.DaysTime) and length.nanoseconds >= 0):
        yield about(
            element,
            "retry_backoff",
            mark("“{label}”的重试间隔 retryBackoff 应为时长，如 PT30S、PT10M，现在是 {text}。"),
            text=text,
        )
