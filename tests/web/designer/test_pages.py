"""The process owner's pages, asked without a browser."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Site, Visitor

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ROOT = Path(__file__).resolve().parents[3]
DIAGRAM = (ROOT / "bpmn/new_channel_filing/new_channel_filing.bpmn").read_bytes()
PROCESS = "/designer/new_channel_filing"
FILE = f"{PROCESS}/files/new_channel_filing.bpmn"


@pytest.fixture
def owner(site: Site) -> Visitor:
    return site.visitor("zeng.rui")


def save(owner: Visitor, content: bytes, revision: int | None = 0, address: str = FILE) -> TestResponse:
    return owner.client.post(
        address,
        json={"content": content.decode(), "revision": revision},
        headers={"Accept": "application/json", "X-CSRFToken": owner.token()},
    )


def publish(owner: Visitor, seen: str, note: str = "") -> TestResponse:
    return owner.post(f"{PROCESS}/publication", {"seen": seen, "note": note}, follow_redirects=True)


def renamed() -> bytes:
    return DIAGRAM.replace('name="备案"'.encode(), 'name="备案登记"'.encode())


def test_the_list_shows_versions_running_cases_and_drafts(site: Site, owner: Visitor) -> None:
    site.company.start("zhang.wei")
    save(owner, renamed())
    page = owner.read("/designer")
    assert "新渠道报备" in page
    assert "第 1 版" in page
    assert "有 1 个未发布的修改" in page
    assert '<td data-label="办理中" class="number">1</td>' in page


def test_a_file_comes_back_byte_by_byte(owner: Visitor) -> None:
    assert owner.get(FILE).data == DIAGRAM
    assert owner.get(f"{FILE}?version=1").data == DIAGRAM
    with zipfile.ZipFile(io.BytesIO(owner.get(f"{PROCESS}/archive").data)) as archive:
        assert archive.read("new_channel_filing.bpmn") == DIAGRAM
        assert len(archive.namelist()) > 1


def test_a_draft_is_saved_though_it_cannot_be_read(owner: Visitor) -> None:
    answer = save(owner, b"<bpmn:definitions")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["revision"] == 1
    assert answer.json["findings"][0]["severity"] == "error"
    assert owner.get(FILE).data == b"<bpmn:definitions"
    assert owner.get(f"{FILE}?version=1").data == DIAGRAM


def test_a_finding_names_the_element(owner: Visitor) -> None:
    answer = save(owner, DIAGRAM.replace(b'sourceRef="filing_submitted"', b'sourceRef="nowhere"'))
    assert answer.json is not None
    assert "flow_submitted_to_ready" in {finding["element"] for finding in answer.json["findings"]}


def test_a_save_over_somebody_elses_newer_draft_is_refused_unless_wanted(site: Site, owner: Visitor) -> None:
    assert save(owner, renamed()).status_code == 200
    late = save(owner, DIAGRAM)
    assert late.status_code == 409
    assert late.json is not None
    assert "zeng.rui" in late.json["detail"] or "曾睿" in late.json["detail"]
    assert owner.get(FILE).data == renamed()
    assert save(owner, DIAGRAM, revision=None).status_code == 200


def test_an_incomplete_request_to_save_is_refused(owner: Visitor) -> None:
    headers = {"Accept": "application/json", "X-CSRFToken": owner.token()}
    answer = owner.client.post(FILE, json={"revision": 0}, headers=headers)
    assert answer.status_code == 422
    assert save(owner, b"x", address=f"{PROCESS}/files/x.exe").status_code == 422


def test_uploaded_files_become_drafts(owner: Visitor) -> None:
    form = json.dumps({"type": "default", "id": "check", "schemaVersion": 18, "components": []}).encode()
    files = [(io.BytesIO(renamed()), "new_channel_filing.bpmn"), (io.BytesIO(form), r"C:\forms\check.form")]
    page = owner.post(f"{PROCESS}/files", {"files": files}, follow_redirects=True).text
    assert "已上传 2 个文件" in page
    assert "check.form" in page
    assert owner.get(FILE).data == renamed()


def test_an_upload_replaces_a_draft_only_when_asked_to(owner: Visitor) -> None:
    save(owner, renamed())
    upload = {"files": [(io.BytesIO(DIAGRAM), "new_channel_filing.bpmn")]}
    page = owner.post(f"{PROCESS}/files", upload, follow_redirects=True).text
    assert "没有上传" in page
    assert owner.get(FILE).data == renamed()
    again = {"files": [(io.BytesIO(DIAGRAM), "new_channel_filing.bpmn")], "overwrite": "1"}
    assert "已上传 1 个文件" in owner.post(f"{PROCESS}/files", again, follow_redirects=True).text
    assert owner.get(FILE).data == DIAGRAM


def test_a_publication_makes_a_version_and_running_cases_stay_on_theirs(site: Site, owner: Visitor) -> None:
    case = site.company.start("zhang.wei")
    save(owner, renamed())
    page = publish(owner, "new_channel_filing.bpmn:1", "改了名称").text
    assert "第 2 版已发布" in page
    assert "改了名称" in page
    assert "未发布的修改" not in owner.read("/designer")
    assert owner.get(f"{FILE}?version=1").data == DIAGRAM
    assert owner.get(f"{FILE}?version=2").data == renamed()
    assert "第 1 版" in site.visitor("zhang.wei").read(f"/cases/{case}")


def test_what_the_owner_has_not_seen_is_not_published(owner: Visitor) -> None:
    save(owner, renamed())
    save(owner, DIAGRAM, revision=1)
    answer = publish(owner, "new_channel_filing.bpmn:1")
    assert answer.status_code == 409
    assert "草稿又有变化" in answer.text
    assert "第 1 版" in owner.read("/designer")


def test_a_draft_with_errors_is_not_published_and_stays(owner: Visitor) -> None:
    save(owner, b"<bpmn:definitions")
    page = owner.read(f"{PROCESS}/publication")
    assert "不能发布" in page
    assert "发布第 2 版" not in page
    answer = publish(owner, "new_channel_filing.bpmn:1")
    assert answer.status_code == 422
    assert owner.get(FILE).data == b"<bpmn:definitions"


def test_the_same_bytes_again_make_no_version(owner: Visitor) -> None:
    save(owner, DIAGRAM)
    assert "没有产生新版本" in publish(owner, "new_channel_filing.bpmn:1").text


def test_a_discarded_draft_gives_way_to_what_is_published(owner: Visitor) -> None:
    save(owner, renamed())
    page = owner.post(f"{FILE}/discard", follow_redirects=True).text
    assert "已放弃 new_channel_filing.bpmn 的草稿" in page
    assert owner.get(FILE).data == DIAGRAM


def test_a_new_process_begins_with_its_first_draft(owner: Visitor) -> None:
    answer = owner.post("/designer", {"process_id": "store_filing"})
    assert answer.headers["Location"] == "/designer/store_filing/edit/store_filing.bpmn"
    assert 'data-source=""' in owner.read(answer.headers["Location"])
    save(owner, DIAGRAM, address="/designer/store_filing/files/store_filing.bpmn")
    assert "未发布" in owner.read("/designer/store_filing")
    assert owner.post("/designer", {"process_id": "Store Filing"}).status_code == 422
    known = owner.post("/designer", {"process_id": "store_filing"})
    assert known.headers["Location"] == "/designer/store_filing"


def test_a_new_file_needs_a_name_that_can_be_published(owner: Visitor) -> None:
    good = owner.get(f"{PROCESS}/new?name=check.form")
    assert good.headers["Location"] == f"{PROCESS}/edit/check.form"
    assert owner.get(f"{PROCESS}/new?name=../check.exe").status_code == 422


@pytest.mark.parametrize(
    "address", ["/designer/nothing", f"{PROCESS}/versions/9", f"{PROCESS}/files/none.bpmn", "/designer/nothing/archive"]
)
def test_what_is_not_there_is_not_found(owner: Visitor, address: str) -> None:
    assert owner.get(address).status_code == 404


def test_a_file_that_no_editor_opens_is_refused(owner: Visitor) -> None:
    assert owner.get(f"{PROCESS}/edit/readme.md").status_code == 422


def test_only_the_editors_may_set_styles_inline(owner: Visitor) -> None:
    assert "'unsafe-inline'" in owner.get(f"{PROCESS}/edit/new_channel_filing.bpmn").headers["Content-Security-Policy"]
    for address in ("/designer", PROCESS, f"{PROCESS}/publication", f"{PROCESS}/versions/1"):
        assert "unsafe-inline" not in owner.get(address).headers["Content-Security-Policy"]
