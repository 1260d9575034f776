"""Looking for what somebody typed, with LIKE."""


def like_pattern(text: str) -> str:
    """Give the LIKE pattern that finds a text anywhere, its own wildcards escaped with a backslash."""
    escaped = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
