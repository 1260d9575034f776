"""What a DMN file declares: the ids and names of its decisions."""

from engine import xml_text
from engine.errors import Finding, UnpublishableError, mark


def read_decisions(content: bytes, resource: str) -> dict[str, str]:
    """Give id → name of each decision of a file. Raises UnpublishableError for anything that isn't DMN 1.3 or later."""
    root = xml_text.parse(content, resource)
    space = xml_text.namespace(root) or ""
    if xml_text.local_name(root) != "definitions" or "/spec/DMN/" not in space:
        raise UnpublishableError(
            [
                Finding(
                    severity="error",
                    code="not_dmn",
                    message=mark("这不是 DMN 决策表文件:最外层应为 DMN 的 definitions。请用建模器另存为 .dmn。"),
                    resource=resource,
                    line=xml_text.line_of(root),
                )
            ]
        )
    return {
        node.get("id", ""): node.get("name", "") or node.get("id", "") for node in root.iter(f"{{{space}}}decision")
    }
