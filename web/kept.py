"""Nothing typed is lost: what somebody sent when their session had ended comes back to them in the form.

The fields travel as hidden inputs of the sign-in page, so the server keeps nothing for strangers. After signing in
the browser sends them to the address of the form with ``_resume``: such a request never does anything, it only shows
the form again, filled.
"""

import json
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from flask import g, request
from werkzeug.datastructures import MultiDict

RESUME = "_resume"
LABEL = "_label."
"""Begins the name of an input that says how people know a file picker."""
_NOT_KEPT = frozenset({"csrf_token", RESUME, "password", "new_password", "repeated_password"})


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A form that was sent and could not be taken."""

    address: str
    """Where the form is shown and sent."""
    fields: list[tuple[str, str]]
    """Names and values in order; a name may come more than once."""
    files: list[str]
    """Names of files that must be chosen again."""

    def as_text(self) -> str:
        """Write it for a hidden input of the sign-in page."""
        return json.dumps([self.address, self.fields, self.files], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Read what a sign-in page sent; None for anything else."""
        try:
            address, fields, files = json.loads(text)
            pairs = [(str(name), str(value)) for name, value in fields]
        except (ValueError, TypeError):
            return None
        if not isinstance(address, str) or local_target(address, "") != address or not isinstance(files, list):
            return None
        return cls(address=address, fields=pairs, files=[str(name) for name in files])


def keep_request() -> Kept | None:
    """Keep what this request carries; None when that is nothing, or when another site sent it."""
    if not same_origin():
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if is_kept(name) and value]
    files = [file.filename for file in request.files.values() if file.filename]
    return Kept(address=request.full_path.rstrip("?"), fields=fields, files=files) if fields else None


def is_kept(name: str) -> bool:
    """Tell whether a field is worth keeping: passwords, tokens and what the page adds again are not."""
    return name not in _NOT_KEPT and not name.startswith(LABEL)


def same_origin() -> bool:
    """Tell whether a page of this site sent the request, as far as the browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def is_resume() -> bool:
    """Tell whether this request brings a kept form back to be shown, not to be done."""
    return request.method == "POST" and RESUME in request.form


def kept_input() -> MultiDict[str, str] | None:
    """Give the input that the form of this page is to show again; None for an ordinary visit."""
    kept: MultiDict[str, str] | None = g.get("kept")
    return kept


def local_target(target: str | None, default: str) -> str:
    r"""Give an address of this site to go on to; anything else becomes the default.

    A browser reads ``//host`` and ``/\host`` as another site's address.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
