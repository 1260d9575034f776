"""Time zones: offsets and the names of the IANA database."""

import datetime as dt
import functools
import re
from zoneinfo import ZoneInfo

ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][\w+-]*(?:/[\w+-]+)*)?"
MAX_OFFSET = dt.timedelta(hours=18)
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)


@functools.lru_cache(maxsize=256)
def named(key: str) -> dt.tzinfo | None:
    """Give the zone of that name, or None."""
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):
        return None


def from_text(text: str) -> dt.tzinfo | None:
    """Read ``Z``, ``+08:00`` or ``@Asia/Shanghai``; None when there is no such zone."""
    if text == "Z":
        return dt.UTC
    if text.startswith("@"):
        return named(text[1:])
    match = OFFSET.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, seconds = match.groups()
    if int(minutes) > 59 or int(seconds or 0) > 59:
        return None
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    return fixed(-offset if sign == "-" else offset)


def fixed(offset: dt.timedelta) -> dt.tzinfo | None:
    """Give the zone of a fixed offset, or None beyond 18 hours."""
    if abs(offset) > MAX_OFFSET:
        return None
    return dt.timezone(offset) if offset else dt.UTC


def to_text(zone: dt.tzinfo | None) -> str:
    """Write a zone as FEEL does."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None)
    return offset_text(offset) if offset is not None else ""


def offset_text(offset: dt.timedelta) -> str:
    """Write an offset as ISO 8601 does."""
    if not offset:
        return "Z"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{'-' if offset < dt.timedelta(0) else '+'}{minutes // 60:02d}:{minutes % 60:02d}{tail}"
