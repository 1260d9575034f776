"""The pages of cases: starting, looking, withdrawing."""

import io
import re
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from engine.model import AccessEvent, OrganisationRevision, User
from tests.support.company import PDF, PROCESS
from tests.web.conftest import Site, Visitor

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

START = f"/cases/start/{PROCESS}"
FILING = {
    "channel_name": "抖音旗舰店",
    "channel_kind": "online",
    "partner": "星河传媒有限公司",
    "region": "华东",
    "basics": "以短视频带货为主",
    "expected_business_size": "120.50",
    "expected_start_date": "2026-04-01",
    "resources_needed": "直播间一间",
    "declaration_of_truth": "true",
}


def filing(name: str = "意向书.pdf", content: bytes = PDF, **changes: str) -> dict[str, object]:
    return {**FILING, "attachments": (io.BytesIO(content), name), **changes}


def test_a_person_finds_what_they_may_start(site: Site) -> None:
    page = site.visitor("zhang.wei").read("/cases/start")
    assert "新渠道报备" in page
    assert "新渠道在开展业务之前，由渠道经理报备，上级主管领导审批，公司渠道部门备案。</p>" in page
    assert "没有您可以发起的流程" in site.visitor("peng.fei").read("/cases/start")
    assert site.visitor("peng.fei").get(START).status_code == 403
    assert site.visitor("peng.fei").get("/cases/start/nothing").status_code == 404


def test_a_filled_form_starts_a_case_and_leads_to_it(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    answer = visitor.post(START, filing(), content_type="multipart/form-data")
    assert answer.status_code == 302
    page = visitor.read(answer.headers["Location"])
    assert "已提交，事项编号" in page
    assert "审批新渠道报备" in page
    assert "赵磊" in page
    assert page.count("意向书.pdf") == 1, "the list of files names it, and nothing else"
    assert "新渠道报备 抖音旗舰店" in visitor.read("/cases/mine")


def test_an_empty_form_names_each_field_and_starts_nothing(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    answer = visitor.post(START, {"channel_name": "只有名称"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert answer.text.count('class="field-error"') == 9
    assert 'value="只有名称"' in answer.text
    assert "还没有发起过事项" in visitor.read("/cases/mine")


def test_a_person_without_a_superior_is_told_at_once_and_keeps_their_words(site: Site) -> None:
    with site.company.database.transaction() as session:
        session.execute(update(User).where(User.username == "zhang.wei").values(superior=None))
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))
    visitor = site.visitor("zhang.wei")
    answer = visitor.post(START, filing(), content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "不能发起" in answer.text
    assert 'value="抖音旗舰店"' in answer.text
    assert "意向书.pdf" in answer.text
    assert "还没有发起过事项" in visitor.read("/cases/mine")


@pytest.mark.parametrize("name", ["合同.pdf", "照片.png", "表格.xlsx"])
def test_a_file_whose_content_is_not_what_its_name_says_is_refused_beside_its_field(site: Site, name: str) -> None:
    answer = site.visitor("zhang.wei").post(
        START, filing(name, b"MZ\x90\x00 this program runs somewhere"), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "不是允许的文件类型" in answer.text


def test_a_file_with_a_forbidden_ending_is_refused_beside_its_field(site: Site) -> None:
    answer = site.visitor("zhang.wei").post(START, filing("程序.exe", b"MZ"), content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "程序.exe" in answer.text


def post_large(visitor: Visitor, size: int) -> TestResponse:
    """Send a form with a large file, encoded in memory: the client's own way leaves a temporary file open."""
    upload = FileStorage(io.BytesIO(PDF + b"x" * size), "视频.pdf")
    fields = {**FILING, "_label.attachments": "附件", "attachments": upload, "csrf_token": visitor.token(START)}
    boundary, body = encode_multipart(fields)
    return visitor.client.post(START, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_a_request_that_is_too_large_names_the_file_and_keeps_the_words(site: Site) -> None:
    visitor = site.visitor("zhang.wei")
    answer = post_large(visitor, 3_000_000)
    assert answer.status_code == 413
    assert "字段“附件”里的文件“视频.pdf”有 2.9 MB，一次提交最多 2.0 MB" in answer.text
    assert 'name="channel_name" value="抖音旗舰店"' in answer.text
    again = visitor.client.post(START, data={**FILING, "_resume": "1"})
    assert 'value="抖音旗舰店"' in again.text


def test_a_request_that_is_hopelessly_large_is_not_read(site: Site) -> None:
    answer = post_large(site.visitor("zhang.wei"), 9_000_000)
    assert answer.status_code == 413
    assert "一次提交的内容最多 2.0 MB" in answer.text


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("zhang.wei", 200),  # the initiator
        ("zhao.lei", 200),  # has the task
        ("liu.yang", 200),  # the superior of the superior
        ("he.qiang", 200),  # supervises filings
        ("xiao.han", 200),  # audits
        ("li.na", 404),  # a colleague
        ("wu.tao", 404),  # will file it, but not yet
        ("sun.yan", 404),  # a superior of others
        ("peng.fei", 404),
    ],
)
def test_a_case_is_seen_by_its_people_their_superiors_and_its_readers(site: Site, username: str, status: int) -> None:
    case = site.company.start()
    assert site.visitor(username).get(f"/cases/{case}").status_code == status
    assert site.visitor(username).get(f"/cases/{case}/diagram.bpmn").status_code == status


def test_who_may_claim_a_task_sees_the_case(site: Site) -> None:
    case = site.company.start()
    site.company.approve(case)
    assert site.visitor("wu.tao").get(f"/cases/{case}").status_code == 200


def test_every_look_at_a_case_is_noted(site: Site) -> None:
    case = site.company.start()
    site.visitor("he.qiang").read(f"/cases/{case}")
    with site.company.database.reading() as session:
        looks = session.execute(select(AccessEvent.username, AccessEvent.instance_id, AccessEvent.kind)).all()
    assert [tuple(look) for look in looks] == [("he.qiang", case, "case")]


def test_the_page_tells_the_story_in_words(site: Site) -> None:
    case = site.company.start()
    site.company.send_back(case, opinion="请补充合作方资质")
    site.company.correct(case, partner="星河传媒股份有限公司")
    site.company.approve(case)
    site.company.record(case)
    page = site.visitor("zhang.wei").read(f"/cases/{case}")
    story = [
        "系统完成了“登记渠道台账”",
        "吴涛 办理了“备案”",
        "赵磊 办理了“审批新渠道报备”",
        "张伟 办理了“修改报备表”",
        "请补充合作方资质",
        "张伟 发起",
    ]
    told = page.partition("办理经过")[2]
    places = [told.index(sentence) for sentence in story]
    assert places == sorted(places)
    assert "已办结" in page
    assert "已备案" in page


def test_the_diagram_is_the_one_the_case_runs_on(site: Site) -> None:
    case = site.company.start()
    answer = site.visitor("zhang.wei").get(f"/cases/{case}/diagram.bpmn")
    assert answer.mimetype == "application/xml"
    assert ET.fromstring(answer.data).tag.endswith("definitions")  # noqa: S314 - see above


def test_the_initiator_withdraws_with_a_reason(site: Site) -> None:
    case = site.company.start()
    visitor = site.visitor("zhang.wei")
    assert "确认撤销" in visitor.read(f"/cases/{case}")
    empty = visitor.post(f"/cases/{case}/withdraw", {"reason": "  "})
    assert (empty.status_code, empty.text.count("请填写撤销原因")) == (422, 1)
    assert 'data-dialog="now"' in empty.text
    long = visitor.post(f"/cases/{case}/withdraw", {"reason": "长" * 2001})
    assert (long.status_code, long.text.count("长" * 2001)) == (422, 1)
    why = "客户推迟合作" + "，原因很长" * 100
    visitor.post(f"/cases/{case}/withdraw", {"reason": why})
    page = visitor.read(f"/cases/{case}")
    assert "事项已撤销" in page
    assert why in page
    assert "确认撤销" not in page
    assert "都办完了" in site.visitor("zhao.lei").read("/tasks")
    listed = visitor.read("/cases/mine")
    assert f"{why[:79]}…" in listed
    assert why not in listed


def test_nobody_else_withdraws(site: Site) -> None:
    case = site.company.start()
    visitor = site.visitor("zhao.lei")
    assert "确认撤销" not in visitor.read(f"/cases/{case}")
    assert visitor.post(f"/cases/{case}/withdraw", {"reason": "x"}).status_code == 403


def test_the_supervisor_lists_all_filings(site: Site) -> None:
    site.company.start("zhang.wei", channel_name="抖音")
    site.company.start("wang.fang", channel_name="美团")
    page = site.visitor("he.qiang").read("/cases")
    assert "新渠道报备 抖音" in page
    assert "新渠道报备 美团" in page
    assert "抖音" not in site.visitor("he.qiang").read("/cases?search=王芳")
    assert "没有符合条件的事项" in site.visitor("he.qiang").read("/cases?state=COMPLETED")


def test_a_file_is_downloaded_by_people_of_the_case_and_never_shown(site: Site) -> None:
    case = site.company.start()
    page = site.visitor("zhao.lei").read(f"/cases/{case}")
    found = re.search(r'/attachments/([\w-]+)"', page)
    assert found is not None
    answer = site.visitor("zhao.lei").get(f"/attachments/{found[1]}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert site.visitor("li.na").get(f"/attachments/{found[1]}").status_code == 404


def test_a_file_that_is_not_handed_in_yet_belongs_to_who_uploaded_it(site: Site) -> None:
    reference = site.company.upload("zhang.wei")
    address = f"/attachments/{reference['documentId']}"
    assert site.visitor("zhang.wei").get(address).status_code == 200
    assert site.visitor("zhao.lei").get(address).status_code == 404
    stolen = site.visitor("li.na").post(
        START, {**FILING, "attachments": str(reference["documentId"])}, content_type="multipart/form-data"
    )
    assert stolen.status_code == 422
    assert "附件已失效" in stolen.text
