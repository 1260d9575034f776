"""What browsers are told to refuse, and how often a stranger may try: closed by default."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect

from engine.config import Settings

__all__ = ["CSRFError", "csrf", "init_security", "inline_styles", "limiter"]

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window", headers_enabled=True)

_CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def inline_styles(view: View) -> View:
    """Let the page of a view set styles by script and attribute: the modelers draw with them."""
    view.__inline_styles__ = True  # type: ignore[attr-defined] # functions carry attributes, their type can't say so
    return view


def init_security(app: Flask, settings: Settings) -> None:
    """Set cookies, request limits, CSRF and headers of an application."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="qucheng",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=settings.upload_limit,
        # Checked by the application once it knows who asks: callers with a token carry no cookie to protect.
        WTF_CSRF_CHECK_DEFAULT=False,
        # As long as the session: a form may stay open for hours.
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_add_headers)


def content_security_policy(*, with_inline_styles: bool, frames: Iterable[str] = ()) -> str:
    """Write the policy; no page ever gets inline scripts, and only hosts that a form names may appear in frames."""
    policy = dict(_CONTENT_SECURITY_POLICY)
    if with_inline_styles:
        policy["style-src"] = "'self' 'unsafe-inline'"
        policy["font-src"] = "'self' data:"
    if origins := sorted(set(frames)):
        policy["frame-src"] = " ".join(origins)
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def _add_headers(response: Response) -> Response:
    headers = response.headers
    view = current_app.view_functions.get(request.endpoint or "")
    headers["Content-Security-Policy"] = content_security_policy(
        with_inline_styles=getattr(view, "__inline_styles__", False), frames=g.get("frames", ())
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = _PERMISSIONS_POLICY
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        # The address holds the content's hash: what is under it never changes.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
