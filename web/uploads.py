"""A request that is too large: which file was it, and what else did the form hold."""

from dataclasses import dataclass

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Field, File, MultipartDecoder, NeedData

from web.i18n import file_size, gettext
from web.kept import LABEL, Kept, is_kept

_CHUNK = 64 * 1024
_READ_AT_MOST = 4
"""Times the limit: a browser shows our answer only after we have read what it sends."""


@dataclass(frozen=True, kw_only=True)
class Oversize:
    """What was in a form that was too large."""

    field: str
    """The label of the field with the largest file, or else its name."""
    file_name: str
    size: int
    """Bytes."""
    kept: Kept | None


class _Reader:
    """Follows a multipart body without keeping any file."""

    def __init__(self, boundary: bytes) -> None:
        self.decoder = MultipartDecoder(boundary, max_form_memory_size=current_app.config["MAX_FORM_MEMORY_SIZE"])
        self.texts: list[tuple[str, bytearray]] = []
        self.sizes: dict[tuple[str, str], int] = {}
        self._part: Field | File | None = None

    def feed(self, chunk: bytes) -> None:
        self.decoder.receive_data(chunk)
        while not isinstance(event := self.decoder.next_event(), NeedData):
            if isinstance(event, (Field, File)):
                self._part = event
                if isinstance(event, Field):
                    self.texts.append((event.name, bytearray()))
            elif isinstance(event, Data):
                self._take(event.data)
            else:
                break

    def _take(self, data: bytes) -> None:
        if isinstance(self._part, File):
            key = (self._part.name, self._part.filename)
            self.sizes[key] = self.sizes.get(key, 0) + len(data)
        elif self.texts:
            self.texts[-1][1].extend(data)


def read_oversize() -> Oversize | None:
    """Read on through a body that was refused, to name the file that made it too large.

    Gives None for a body that is no form, or one that is larger than anybody would choose by mistake.
    """
    boundary = request.mimetype_params.get("boundary")
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    if not boundary or (request.content_length or 0) > limit * _READ_AT_MOST:
        return None
    reader = _Reader(boundary.encode())
    try:
        _read_through(reader, request.content_length or 0)
    except (ValueError, RequestEntityTooLarge):
        return None
    if not reader.sizes:
        return None
    (field, file_name), size = max(reader.sizes.items(), key=lambda item: item[1])
    labels = {name: value.decode(errors="replace") for name, value in reader.texts}
    field = labels.get(f"{LABEL}{field}", field)
    return Oversize(field=field, file_name=file_name, size=size, kept=_kept(reader))


def _read_through(reader: _Reader, length: int) -> None:
    body = request.environ["wsgi.input"]
    while length > 0:
        chunk = body.read(min(_CHUNK, length))
        if not chunk:
            return
        length -= len(chunk)
        reader.feed(chunk)


def _kept(reader: _Reader) -> Kept | None:
    fields = [(name, value.decode(errors="replace")) for name, value in reader.texts if is_kept(name) and value]
    files = [file_name for _field, file_name in reader.sizes if file_name]
    return Kept(address=request.full_path.rstrip("?"), fields=fields, files=files) if fields else None


def explain_oversize(oversize: Oversize | None) -> str:
    """Say which file is too large and what to do."""
    limit = file_size(current_app.config["MAX_CONTENT_LENGTH"])
    if oversize is None:
        return gettext("一次提交的内容最多 %(limit)s。请减少或压缩附件后再提交。", limit=limit)
    return gettext(
        "字段“%(field)s”里的文件“%(file)s”有 %(size)s，一次提交最多 %(limit)s。请压缩或拆分后再上传。",
        field=oversize.field,
        file=oversize.file_name,
        size=file_size(oversize.size),
        limit=limit,
    )
