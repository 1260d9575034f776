"""Documents: whoever may see the case may download its files, always as an attachment."""

from sqlalchemy import select

from engine.model import AccessEvent
from tests.api.conftest import AsPerson
from tests.support.company import PDF, Company


def test_a_file_of_a_case_is_downloaded_by_its_people_and_the_look_is_noted(
    program: AsPerson, company: Company
) -> None:
    reference = company.upload()
    case = company.start(attachments=[reference])
    path = f"/documents/{reference['documentId']}"
    for username in ("zhang.wei", "zhao.lei", "xiao.han"):
        answer = program(username).call("GET", path, buffered=True)
        assert (answer.status_code, answer.data, answer.content_type) == (200, PDF, "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    program("chen.jie").refused(404, "GET", path)
    with company.database.reading() as session:
        looks = session.execute(select(AccessEvent.username, AccessEvent.instance_id, AccessEvent.kind)).all()
    assert looks == [(name, case, "attachment") for name in ("zhang.wei", "zhao.lei", "xiao.han")]


def test_a_file_that_is_not_handed_in_is_its_owners_alone(program: AsPerson, company: Company) -> None:
    reference = company.upload()
    path = f"/documents/{reference['documentId']}"
    assert program("zhang.wei").call("GET", path, buffered=True).data == PDF
    program("admin").refused(404, "GET", path)
    right, wrong = reference["contentHash"], "0" * 64
    assert program("zhang.wei").call("GET", f"{path}?contentHash={right}", buffered=True).status_code == 200
    program("zhang.wei").refused(404, "GET", f"{path}?contentHash={wrong}")
    program("zhang.wei").refused(501, "POST", f"{path}/links", json={})


def test_a_file_is_taken_back_by_its_owner_until_a_case_has_it(program: AsPerson, company: Company) -> None:
    reference = company.upload()
    path, owner = f"/documents/{reference['documentId']}", program("zhang.wei")
    program("wu.tao").refused(404, "DELETE", path)
    assert owner.call("DELETE", f"{path}?storeId={reference['storeId']}").status_code == 204
    owner.refused(404, "GET", path)
    owner.refused(404, "DELETE", path)
    kept = company.upload()
    company.start(attachments=[kept])
    refused = owner.refused(409, "DELETE", f"/documents/{kept['documentId']}")
    assert "不能删除" in refused["detail"]
    assert owner.call("GET", f"/documents/{kept['documentId']}", buffered=True).data == PDF
