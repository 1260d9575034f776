"""From which networks a user task may be done: its ``zeebe:property`` ``allowedNetworks``."""

from collections.abc import Iterator, Mapping

from engine.errors import Finding, mark
from engine.interpreter.diagram import Element, Process
from engine.interpreter.lint_rule import Known, about

ALLOWED = "allowedNetworks"
NETWORKS: Mapping[str, str] = {"intranet": mark("公司内网")}
"""Every name the property may have, with what people call it; the addresses are settings of the installation."""


def allowed_networks(element: Element | None) -> str | None:
    """Give the name of the networks a task is bound to, or None."""
    return element.properties.get(ALLOWED, "").strip() or None if element is not None else None


def known_networks(process: Process, _known: Known) -> Iterator[Finding]:
    """Check the property of each user task: a misspelt name would bind it to nothing."""
    for element in process.elements.values():
        name = allowed_networks(element) if element.kind == "userTask" else None
        if name is not None and name not in NETWORKS:
            yield about(
                element,
                "network_unknown",
                mark("“{label}”的属性 allowedNetworks 是 {network}，没有这个网络。可用的有：{networks}。"),
                network=name,
                networks="、".join(NETWORKS),
            )
