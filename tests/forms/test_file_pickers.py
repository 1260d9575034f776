import pytest

from tests.forms.building import accepted, document, one, problems


def test_documents_are_kept_as_camunda_writes_them() -> None:
    subject = one("filepicker", multiple=True)
    assert accepted(subject, {"value": [document("a"), document("b")]}) == {"value": [document("a"), document("b")]}
    assert accepted(subject, {"value": document("a")}) == {"value": [document("a")]}
    assert accepted(subject, {}) == {"value": []}


def test_a_required_attachment_is_missing_when_there_is_none() -> None:
    assert problems(one("filepicker", validate={"required": True}), {"value": []}) == {"value": "请上传附件。"}


@pytest.mark.parametrize("entered", ["d1", [1], [{"documentId": "d1"}], [{"metadata": {"fileName": "x"}}]])
def test_what_is_no_document_is_refused(entered: object) -> None:
    assert problems(one("filepicker", multiple=True), {"value": entered}) == {"value": "附件无法识别，请重新上传。"}


def test_one_file_unless_the_form_allows_several() -> None:
    two = {"value": [document("a"), document("b")]}
    assert problems(one("filepicker"), two) == {"value": "最多 1 个附件，现在有 2 个。"}
    assert problems(one("filepicker", multiple="=several"), two, {"several": True}) == {}
    assert problems(one("filepicker", multiple=True, properties={"maxCount": "2"}), two) == {}
    assert "value" in problems(one("filepicker", multiple=True, properties={"maxCount": "1"}), two)


def test_a_file_has_a_largest_size() -> None:
    limit = 20 * 1024 * 1024
    assert problems(one("filepicker"), {"value": [document(size=limit)]}) == {}
    assert problems(one("filepicker"), {"value": [document(size=limit + 1)]}) == {
        "value": "“方案.pdf”太大，单个附件不能超过 20 MB。",
    }
    small = one("filepicker", properties={"maxSizeMb": "0.5"})
    assert problems(small, {"value": [document(size=600_000)]}) == {
        "value": "“方案.pdf”太大，单个附件不能超过 0.5 MB。"
    }


@pytest.mark.parametrize(
    ("accept", "name", "kind", "right"),
    [
        (".pdf,.png", "a.PDF", "application/octet-stream", True),
        (".pdf", "a.pdf.exe", "application/pdf", False),
        ("image/*", "a.png", "image/png", True),
        ("image/*", "a.png", "text/plain", False),
        ("application/pdf", "a", "application/pdf", True),
        ("", "a.exe", "application/x-dosexec", True),
        ("*", "a.exe", "x/y", True),
    ],
)
def test_a_file_is_of_an_accepted_kind(accept: str, name: str, kind: str, *, right: bool) -> None:
    found = problems(one("filepicker", accept=accept), {"value": [document(name=name, kind=kind)]})
    assert (found == {}) is right
