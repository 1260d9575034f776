"""Verify an exported case off-line: ``python3 verify_export.py [case.zip]``. Needs Python 3.9 and nothing else.

It recomputes the hash of every event, follows the chain, hashes the published files and attachments again,
and follows the case's place in its seal up to the Merkle root and the Ed25519 signature over it.
"""

# A stand-alone script: it prints, and imports nothing of the program it checks.
# ruff: noqa: T201

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Read = Callable[[str], bytes]
Point = tuple[int, int, int, int]
"""x, y and z of a point of the curve, and x times y."""

GENESIS = "0" * 64

# RFC 8032, 5.1: the field, the curve's constant and its base point, in extended coordinates.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")


def main() -> int:
    """Verify the archive named on the command line, or the folder or archive this script lies in."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else _own_place()
    read = _reader(path)
    case = json.loads(read("case.json"))
    problems = [*check_events(case), *check_files(case, read), *check_seals(case)]
    for problem in problems:
        print("✗", problem)
    if not problems:
        print(f"✓ 事项 #{case['id']}“{case['title']}”：{len(case['events'])} 步前后相接，没有被改动。")
        print(f"  链尾哈希 / head: {case['chain_head']}")
        for found in case["seals"]:
            print(f"  封印 / seal {found['id']}: {found['sealed_at']} {found['merkle_root']}")
            print(f"    公钥 / public key {found['public_key']}")
        if not case["seals"]:
            print("  还没有封印覆盖它。 / No seal covers it yet.")
    return 1 if problems else 0


def check_events(case: dict[str, Any]) -> list[str]:
    """Follow the chain from its beginning to the head."""
    problems, before = [], GENESIS
    for number, event in enumerate(case["events"], start=1):
        content = {name: value for name, value in event.items() if name != "hash"}
        # Of texts, whole numbers and null only, Python writes RFC 8785's canonical form.
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != event["hash"]:
            problems.append(f"第 {number} 步的内容与它的哈希不符 / event {number} was altered")
        if event["sequence"] != number or event["instance_id"] != case["id"]:
            problems.append(f"第 {number} 步的序号或事项编号不对 / event {number} is out of place")
        if event["previous_hash"] != before:
            problems.append(f"第 {number} 步接不上前一步 / event {number} does not follow the one before")
        if event["definition_hash"] not in case["definitions"]:
            problems.append(f"第 {number} 步的流程版本不在导出里 / the version of event {number} is missing")
        before = event["hash"]
    if before != case["chain_head"] or len(case["events"]) != case["event_count"]:
        problems.append("末尾有事件被删除或增加 / events at the end were removed or added")
    return problems


def check_files(case: dict[str, Any], read: Read) -> list[str]:
    """Hash the published files and the attachments again."""
    problems = []
    for name, digest in case["files"].items():
        try:
            found = hashlib.sha256(read(name)).hexdigest()
        except (KeyError, OSError):
            found = None
        if found != digest:
            problems.append(f"文件 {name} 与它的哈希不符 / file {name} was altered or is missing")
    for wanted, parts in case["definitions"].items():
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != wanted:
            problems.append(f"流程版本 {wanted} 与它的文件不符 / version {wanted} does not cover its files")
        parts_of_it = [parts["diagram"], *parts["forms"].values(), *parts["decisions"].values()]
        if not set(parts_of_it) <= set(case["files"].values()):
            problems.append(f"流程版本 {wanted} 缺少文件 / version {wanted} lacks a file")
    handed_in = [
        digest for event in case["events"] for digest in _content_hashes(json.loads(event["body"]).get("input"))
    ]
    problems += [
        f"缺少附件 {digest} / an attachment is missing" for digest in handed_in if digest not in case["files"].values()
    ]
    return problems


def check_seals(case: dict[str, Any]) -> list[str]:
    """Follow the case's head in each seal to the root, and check the signature over the root."""
    problems = []
    hashes = {event["sequence"]: event["hash"] for event in case["events"]}
    for found in case["seals"]:
        leaf = f"{case['id']} {found['sequence']} {hashes.get(found['sequence'])}".encode()
        digest = hashlib.sha256(b"\x00" + leaf).digest()
        for side, neighbour in found["path"]:
            other = bytes.fromhex(neighbour)
            digest = hashlib.sha256(b"\x01" + (other + digest if side == "left" else digest + other)).digest()
        if digest.hex() != found["merkle_root"]:
            problems.append(f"第 {found['id']} 次封印里没有这段历史 / seal {found['id']} does not contain this history")
        text = f"qucheng checkpoint 1\n{found['sealed_at']}\n{found['previous_root']}\n{found['merkle_root']}\n"
        if not is_signed(base64.b64decode(found["public_key"]), base64.b64decode(found["signature"]), text.encode()):
            problems.append(f"第 {found['id']} 次封印的签名不成立 / the signature of seal {found['id']} is wrong")
    return problems


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Verify an Ed25519 signature (RFC 8032, 5.1.7)."""
    key, commitment, base = _point(public_key), _point(signature[:32]), _point(BASE)
    factor = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or base is None or len(signature) != 64 or factor >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return _same(_times(factor, base), _add(commitment, _times(challenge, key)))


def _point(text: bytes) -> Point | None:
    """Decode a point (RFC 8032, 5.1.3); None where there is none."""
    if len(text) != 32:
        return None
    value = int.from_bytes(text, "little")
    sign, y = value >> 255, value & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or y >= P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _add(one: Point, other: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4)."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * one[3] * other[3] * D, 2 * one[2] * other[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(factor: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _add(found, point)
        point, factor = _add(point, point), factor >> 1
    return found


def _same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


def _content_hashes(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        if isinstance(value.get("contentHash"), str):
            yield value["contentHash"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _content_hashes(inner)


def _own_place() -> Path:
    """Give the archive that Python runs this script from, or the folder it was unpacked into."""
    return Path(__file__).resolve().parent


def _reader(path: Path) -> Read:
    if path.is_dir():
        return lambda name: (path / name).read_bytes()
    archive = zipfile.ZipFile(path)
    return archive.read


if __name__ == "__main__":
    sys.exit(main())
