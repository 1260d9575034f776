"""Languages, and how moments, days and sizes read: Chinese first, English complete."""

import datetime as dt

import flask_babel
from flask import Flask, g, request, session

from engine import clock
from engine.errors import EngineError, FieldProblem, Finding

LOCALES = {"zh_Hans_CN": "中文", "en": "English"}
DEFAULT_LOCALE = "zh_Hans_CN"

babel = flask_babel.Babel()


def init_i18n(app: Flask) -> None:
    """Choose the language of each request and teach the templates to write times."""
    babel.init_app(
        app,
        default_locale=DEFAULT_LOCALE,
        default_timezone="Asia/Shanghai",
        default_translation_directories="locale",
        locale_selector=select_locale,
    )
    app.jinja_env.filters |= {
        "moment": moment,
        "full_moment": full_moment,
        "minute": minute,
        "day": day,
        "in_words": in_words,
        "file_size": file_size,
        "explain": explain,
    }


def select_locale() -> str:
    """Choose the person's own language, else the session's, else what the browser asks for."""
    person = g.get("person")
    chosen = person.locale if person is not None else session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], default="zh")
    return "en" if best == "en" else DEFAULT_LOCALE


def gettext(message: str, **facts: object) -> str:
    """Translate a text of a page; ``%(name)s`` in it is filled with the fact of that name."""
    return str(flask_babel.gettext(message, **facts))


def ngettext(singular: str, plural: str, count: int, **facts: object) -> str:
    """Translate a text that counts something; ``%(num)s`` is the count."""
    return str(flask_babel.ngettext(singular, plural, count, **facts))


def html_lang() -> str:
    """Give the language as HTML names it."""
    return "en" if select_locale() == "en" else "zh-CN"


def explain(problem: EngineError | Finding | FieldProblem) -> str:
    """Say in the reader's language what happened: the template is translated first, then filled."""
    facts = {key: translate_fact(value) for key, value in problem.facts.items()}
    return gettext(problem.message).format(**facts)


def translate_fact(value: object) -> object:
    """Translate a fact that is itself a refusal; leave all others as they are."""
    return explain(value) if isinstance(value, (EngineError, Finding)) else value


def moment(value: dt.datetime | None) -> str:
    """Say a moment as people do: 今天 14:05, 昨天 09:30, 11月24日 14:05, 2025年3月1日."""
    if value is None:
        return ""
    local = value.astimezone(clock.SHANGHAI)
    days = (clock.today() - local.date()).days
    time = f"{local:%H:%M}"
    named = {0: gettext("今天"), 1: gettext("昨天"), -1: gettext("明天")}
    if days in named:
        return f"{named[days]} {time}"
    if local.year == clock.today().year:
        return f"{_in_words(local.date(), 'd MMM', 'M月d日')} {time}"
    return day(local.date())


def day(value: dt.date | None) -> str:
    """Write a day with its year."""
    return "" if value is None else _in_words(value, "d MMM y", "y年M月d日")


def in_words(written: str) -> str:
    """Write a day of a form, or a day and a time, as people do; what is no day stays as it is."""
    date, _, time = written.partition(" ")
    try:
        return " ".join(filter(None, (day(dt.date.fromisoformat(date)), time)))
    except ValueError:
        return written


def full_moment(value: dt.datetime | None) -> str:
    """Write a moment in full, for whoever needs it exactly."""
    return "" if value is None else str(flask_babel.format_datetime(value, "yyyy-MM-dd HH:mm:ss"))


def minute(value: dt.datetime) -> str:
    """Write a moment for paper, where "today" would not stay true: 2026年3月5日 14:05."""
    local = value.astimezone(clock.SHANGHAI)
    return f"{day(local.date())} {local:%H:%M}"


def _in_words(value: dt.date, english: str, chinese: str) -> str:
    return str(flask_babel.format_date(value, english if select_locale() == "en" else chinese))


def file_size(size: int) -> str:
    """Write a number of bytes for people."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"
