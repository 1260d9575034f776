"""Uploaded files: checked by content, stored once, limited in size."""

import io
import zipfile

import pytest

from engine.commands.upload_attachment import upload_attachment
from engine.errors import InvalidError
from tests.support.company import PDF, Company

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def office(folder: str) -> bytes:
    """Give the smallest archive that looks like an office document."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<d/>")
    return content.getvalue()


def upload(company: Company, name: str, content: bytes, *accept: str, limit: int = 1 << 20) -> dict[str, object]:
    with company.database.transaction() as session:
        return upload_attachment(
            session, company.folder, io.BytesIO(content), name, "zhang.wei", accept=accept, max_bytes=limit
        )


@pytest.mark.parametrize(
    ("name", "content", "accept", "kind"),
    [
        ("合同.pdf", PDF, [".pdf"], "application/pdf"),
        ("照片.png", PNG, ["image/*"], "image/png"),
        ("照片.jpeg", b"\xff\xd8\xff\xe0" + bytes(8), [".jpg,.jpeg"], "image/jpeg"),
        (
            "方案.docx",
            office("word"),
            [".docx"],
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("表.xlsx", office("xl"), [".xlsx"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("说明.txt", "渠道说明".encode(), ["text/plain"], "text/plain"),
        ("任何.pdf", PDF, [], "application/pdf"),
    ],
)
def test_a_file_is_known_by_what_it_contains(
    company: Company, name: str, content: bytes, accept: list[str], kind: str
) -> None:
    reference = upload(company, name, content, *accept)
    metadata = reference["metadata"]
    assert metadata == {"fileName": name, "contentType": kind, "size": len(content)}


@pytest.mark.parametrize(
    ("name", "content", "accept"),
    [
        ("假.pdf", b"<html><script>alert(1)</script></html>", [".pdf"]),
        ("假.pdf", PNG, [".pdf"]),
        ("假.png", PDF, ["image/*"]),
        ("程序.pdf", b"MZ\x90\x00" + bytes(64), [".pdf"]),
        ("伪装.txt", b"<!DOCTYPE html><script>alert(1)</script>", ["text/plain"]),
        ("改名.png", PDF, []),
        ("压缩.docx", b"PK\x03\x04broken", [".docx"]),
    ],
)
def test_a_file_that_only_claims_to_be_what_is_wanted_is_refused(
    company: Company, name: str, content: bytes, accept: list[str]
) -> None:
    with pytest.raises(InvalidError, match=name):
        upload(company, name, content, *accept)
    assert [path for path in company.folder.rglob("*") if path.is_file()] == []


def test_the_same_content_is_kept_once(company: Company) -> None:
    first, second = upload(company, "a.pdf", PDF), upload(company, "b.pdf", PDF)
    assert first["contentHash"] == second["contentHash"]
    assert first["documentId"] != second["documentId"]
    assert len([path for path in company.folder.rglob("*") if path.is_file()]) == 1


def test_too_large_and_empty_files_are_refused_and_leave_nothing(company: Company) -> None:
    with pytest.raises(InvalidError, match="上限"):
        upload(company, "大.pdf", PDF + bytes(3 << 20), limit=2 << 20)
    with pytest.raises(InvalidError, match="空文件"):
        upload(company, "空.pdf", b"")
    assert [path for path in company.folder.rglob("*") if path.is_file()] == []


def test_a_name_is_only_a_name(company: Company) -> None:
    reference = upload(company, "C:\\secret\\..\\../../etc/合同\n.pdf", PDF)
    metadata = reference["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["fileName"] == "合同.pdf"
