"""The pages of tasks: lists, claiming, drafts, completing."""

import io
import re
from urllib.parse import quote

import pytest

from engine.commands.suspend_instance import suspend_instance
from tests.support.company import PDF
from tests.web.conftest import Site, Visitor

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

APPROVAL = {"decision": "approve", "opinion": "同意备案", "completeness_checked": "true", "compliance_checked": "true"}


def approve(visitor: Visitor, task: int, **fields: str) -> str:
    answer = visitor.post(f"/tasks/{task}", {**APPROVAL, **fields})
    return answer.headers.get("Location", answer.text)


def test_a_task_waits_in_the_inbox_of_its_assignee_only(site: Site) -> None:
    site.company.start(channel_name="抖音旗舰店")
    assert "新渠道报备 抖音旗舰店" in site.visitor("zhao.lei").read("/tasks")
    assert "都办完了" in site.visitor("sun.yan").read("/tasks")


def test_the_counter_of_the_navigation_counts_what_waits(site: Site) -> None:
    for _ in range(3):
        site.company.start()
    assert re.search(r"待办<span class=\"count\">3</span>", site.visitor("zhao.lei").read("/account"))


def test_the_inbox_is_searched_filtered_and_sorted(site: Site) -> None:
    first = site.company.start(channel_name="抖音旗舰店")
    site.company.clock.advance(hours=1)
    second = site.company.start("li.na", channel_name="美团到店_50%")
    visitor = site.visitor("zhao.lei")
    assert "美团" not in visitor.read("/tasks?search=抖音")
    assert "抖音" not in visitor.read(f"/tasks?search=%23{second}")
    assert "抖音" not in visitor.read("/tasks?search=李娜")
    assert "抖音" not in visitor.read("/tasks?search=_50%25")
    assert "没有符合条件的任务" in visitor.read("/tasks?search=100%25")
    assert "没有符合条件的任务" in visitor.read("/tasks?overdue=1")
    newest_first = visitor.read("/tasks?sort=-created")
    assert newest_first.index(f"#{second}") < newest_first.index(f"#{first}")
    oldest_first = visitor.read("/tasks?sort=created&process=new_channel_filing")
    assert oldest_first.index(f"#{first}") < oldest_first.index(f"#{second}")


def test_a_late_task_says_so(site: Site) -> None:
    site.company.start()
    site.company.clock.advance(days=4)
    assert "已超期" in site.visitor("zhao.lei").read("/tasks?overdue=1")


def test_a_long_list_is_paged(site: Site) -> None:
    for _ in range(21):
        site.company.start()
    visitor = site.visitor("zhao.lei")
    assert "第 1 / 2 页" in visitor.read("/tasks")
    last = visitor.read("/tasks?page=2")
    assert last.count('class="cell-title"') == 1
    assert "第 2 / 2 页" in visitor.read("/tasks?page=99")
    assert "第 1 / 2 页" in visitor.read("/tasks?page=-1&sort=nonsense")


def test_approving_completes_the_task_and_tells_the_next_people(site: Site) -> None:
    case = site.company.start()
    visitor = site.visitor("zhao.lei")
    assert approve(visitor, site.company.task(case).id) == "/tasks"
    assert "“审批新渠道报备”已办理" in visitor.read("/tasks")
    assert "备案" in site.visitor("wu.tao").read("/tasks?scope=claimable")
    assert "审批新渠道报备" in visitor.read("/tasks/done")


def test_a_wrong_form_comes_back_with_what_was_typed(site: Site) -> None:
    case = site.company.start()
    page = site.visitor("zhao.lei").post(f"/tasks/{site.company.task(case).id}", {"decision": "return", "opinion": ""})
    assert page.status_code == 422
    assert re.search(r'value="return"\s+checked', page.text)
    assert "表单有 1 处需要修改" in page.text
    assert site.company.task(case).state == "CREATED"


def test_a_draft_is_there_the_next_time(site: Site) -> None:
    case = site.company.start()
    task = site.company.task(case).id
    visitor = site.visitor("zhao.lei")
    saved = visitor.post(f"/tasks/{task}", {"decision": "return", "opinion": "还差资质", "_save": "1"})
    assert saved.headers["Location"] == f"/tasks/{task}"
    assert "还差资质" in visitor.read(f"/tasks/{task}")
    assert "有草稿" in visitor.read("/tasks")
    assert "还差资质" not in site.visitor("liu.yang").read(f"/tasks/{task}")


def test_a_button_that_changes_the_form_submits_nothing(site: Site) -> None:
    case = site.company.start()
    answer = site.visitor("zhao.lei").post(
        f"/tasks/{site.company.task(case).id}", {"decision": "approve", "_refresh": "1"}
    )
    assert answer.status_code == 200
    assert "完整性" in answer.text
    assert site.company.task(case).state == "CREATED"


def test_the_opinion_of_the_one_before_is_shown(site: Site) -> None:
    case = site.company.start()
    site.company.send_back(case, opinion="请补充合作方资质")
    page = site.visitor("zhang.wei").read(f"/tasks/{site.company.task(case).id}")
    assert page.count("请补充合作方资质") >= 2
    assert "退回修改" in page


def test_the_page_answers_why_this_person_was_chosen(site: Site) -> None:
    case = site.company.start()
    page = site.visitor("zhao.lei").read(f"/tasks/{site.company.task(case).id}")
    assert "规则 superior of(initiator) 选出了赵磊" in page
    assert "superior of(zhang.wei)</code> → 赵磊" in page


def test_of_two_who_claim_the_first_one_gets_it(site: Site) -> None:
    case = site.company.start()
    site.company.approve(case)
    task = site.company.task(case, "record_filing").id
    first, second = site.visitor("wu.tao"), site.visitor("xu.jing")
    assert "领取后由您办理" in first.read(f"/tasks/{task}")
    assert first.post(f"/tasks/{task}/claim").headers["Location"] == f"/tasks/{task}"
    for sent, shown in (
        ({}, f"/tasks/{task}"),
        ({"from": "/tasks?scope=claimable&search=x"}, "/tasks?scope=claimable&search=x"),
        ({"from": "//elsewhere.example"}, f"/tasks/{task}"),
    ):
        late = second.post(f"/tasks/{task}/claim", sent)
        assert (late.status_code, late.headers["Location"]) == (302, shown)
        assert "任务“备案”已由吴涛领取。" in second.read(shown)
    assert "由吴涛办理，您只能查看" in second.read(f"/tasks/{task}")


def test_the_queue_itself_is_shown_again_to_who_comes_too_late(site: Site) -> None:
    case = site.company.start()
    site.company.approve(case)
    task = site.company.task(case, "record_filing").id
    listed = site.visitor("xu.jing").read("/tasks?scope=claimable&search=新渠道")
    assert f'action="/tasks/{task}/claim"' in listed
    assert f'name="from" value="/tasks?scope=claimable&search={quote("新渠道")}"' in listed


def test_a_claimed_task_can_go_back_to_the_queue(site: Site) -> None:
    case = site.company.start()
    site.company.approve(case)
    task = site.company.task(case, "record_filing").id
    visitor = site.visitor("wu.tao")
    visitor.post(f"/tasks/{task}/claim")
    visitor.post(f"/tasks/{task}/unclaim")
    assert "备案" in site.visitor("xu.jing").read("/tasks?scope=claimable")


def test_of_two_who_complete_exactly_one_wins_and_the_other_is_told(site: Site) -> None:
    case = site.company.start()
    task = site.company.task(case).id
    here, elsewhere = site.visitor("zhao.lei"), site.visitor("zhao.lei")
    elsewhere.read(f"/tasks/{task}")
    assert approve(here, task) == "/tasks"
    late = elsewhere.post(f"/tasks/{task}", {**APPROVAL, "opinion": "写了十分钟的意见"})
    assert late.status_code == 409
    assert "已由赵磊办理" in late.text
    assert "写了十分钟的意见" in late.text
    assert "这个任务已由赵磊办理" in elsewhere.read(f"/tasks/{task}")


def test_a_task_of_others_can_not_be_completed(site: Site) -> None:
    case = site.company.start()
    answer = site.visitor("zhang.wei").post(f"/tasks/{site.company.task(case).id}", APPROVAL)
    assert answer.status_code == 403
    assert site.company.task(case).state == "CREATED"


def test_a_task_of_a_case_one_may_not_see_does_not_exist(site: Site) -> None:
    case = site.company.start()
    assert site.visitor("chen.jie").get(f"/tasks/{site.company.task(case).id}").status_code == 404
    assert site.visitor("chen.jie").get("/tasks/999").status_code == 404


def test_a_new_file_of_a_refused_form_is_kept(site: Site) -> None:
    case = site.company.start()
    site.company.send_back(case)
    visitor = site.visitor("zhang.wei")
    fields = {"channel_name": "", "attachments": (io.BytesIO(PDF), "补充资质.pdf")}
    refused = visitor.post(f"/tasks/{site.company.task(case).id}", fields, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "补充资质.pdf" in refused.text
    kept = re.search(r'/attachments/([\w-]+)">补充资质.pdf', refused.text)
    assert kept is not None
    assert visitor.get(f"/attachments/{kept[1]}").data == PDF


def test_a_form_that_comes_while_its_case_rests_is_shown_again_filled(site: Site) -> None:
    case = site.company.start()
    task = site.company.task(case).id
    visitor = site.visitor("zhao.lei")
    with site.company.database.transaction() as session:
        suspend_instance(session, case, "核查", "admin")
    late = visitor.post(f"/tasks/{task}", {**APPROVAL, "opinion": "写了十分钟的意见"})
    assert late.status_code == 409
    assert "已暂停，恢复之后才能办理" in late.text
    assert re.search(r"<textarea[^>]*>\s*写了十分钟的意见</textarea>", late.text)
