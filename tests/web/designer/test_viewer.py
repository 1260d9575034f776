"""The diagram viewer: what a case page and the auditor's replay are told with."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PHONE
from tests.web.designer.conftest import FILING, Desk
from tests.web.designer.reading import is_uncovered

MARKS = {
    "passed": ["filing_submitted", "flow_submitted_to_ready"],
    "current": ["record_filing"],
    "returned": ["correct_filing"],
    "failed": ["save_channel_entry"],
}


@pytest.fixture
def viewer(desk: Desk) -> Page:
    """Open a page with a diagram and mark it."""
    page = desk.open(f"/{FILING}")
    mark(page, MARKS)
    return page


def mark(page: Page, marks: dict[str, list[str]]) -> None:
    page.locator("diagram-viewer [data-element-id=record_filing]").wait_for()
    page.locator("diagram-viewer").evaluate("(viewer, marks) => viewer.setAttribute('marks', marks)", json.dumps(marks))


def test_each_state_has_a_shape_and_a_line_of_its_own(viewer: Page) -> None:
    looks = set()
    for state, ids in MARKS.items():
        element = viewer.locator(f"[data-element-id={ids[0]}]").first
        expect(element.locator("title").first).not_to_be_empty()
        looks.add(
            element.locator(".djs-visual > :is(rect, circle)").first.evaluate(
                "shape => { const s = getComputedStyle(shape); return s.strokeWidth + ' ' + s.strokeDasharray; }"
            )
        )
        expect(viewer.locator(f".djs-overlays .diagram-badge-{state}")).to_have_count(1)
    assert len(looks) == len(MARKS)
    assert viewer.locator(".diagram-legend li").all_inner_texts() == ["已通过", "已退回", "受阻", "进行中"]


def test_marks_follow_the_replay(viewer: Page) -> None:
    mark(viewer, {"passed": ["record_filing"]})
    expect(viewer.locator(".diagram-passed[data-element-id=record_filing]")).to_be_attached()
    expect(viewer.locator(".diagram-current")).to_have_count(0)
    expect(viewer.locator(".djs-overlays .diagram-badge")).to_have_count(1)
    mark(viewer, {"passed": ["no_such_element"]})
    expect(viewer.locator(".djs-overlays .diagram-badge")).to_have_count(0)


def test_a_flow_is_drawn_in_the_colour_of_its_state_and_gets_its_own_back(viewer: Page) -> None:
    line = viewer.locator("[data-element-id=flow_submitted_to_ready] .djs-visual > path").first
    expect(line).to_have_css("stroke", "rgb(11, 122, 83)")
    mark(viewer, {})
    expect(line).not_to_have_css("stroke", "rgb(11, 122, 83)")


def test_the_step_of_a_replay_is_outlined_and_brought_into_view(viewer: Page) -> None:
    viewer.locator("diagram-viewer").evaluate("viewer => viewer.setAttribute('step', 'save_channel_entry')")
    expect(viewer.locator(".diagram-step[data-element-id=save_channel_entry] .djs-visual")).to_be_in_viewport()


def test_zoom_works_by_button_and_keyboard(viewer: Page) -> None:
    viewport = viewer.locator("diagram-viewer .viewport")
    before = viewport.get_attribute("transform") or ""
    viewer.get_by_role("button", name="放大").click()
    expect(viewport).not_to_have_attribute("transform", before)
    viewer.get_by_role("button", name="显示全图").click()
    expect(viewport).to_have_attribute("transform", before)
    viewer.locator("diagram-viewer svg[tabindex]").first.focus()
    viewer.keyboard.press("Control+=")
    expect(viewport).not_to_have_attribute("transform", before)


def test_the_wheel_scrolls_the_page_and_only_with_ctrl_the_diagram(viewer: Page) -> None:
    viewport = viewer.locator("diagram-viewer .viewport")
    before = viewport.get_attribute("transform")
    viewer.locator("diagram-viewer").hover()
    viewer.mouse.wheel(0, 200)
    viewer.locator("h2", has_text="版本").first.hover()
    assert viewport.get_attribute("transform") == before
    assert viewer.evaluate("window.scrollY") > 0


def test_the_mark_of_bpmn_io_stays_visible(open_desk: Callable[..., Desk]) -> None:
    for options in ({}, PHONE):
        page = open_desk(**options).open(f"/{FILING}")
        page.locator("diagram-viewer [data-element-id=filing_submitted]").first.wait_for()
        logo = page.locator("diagram-viewer .bjs-powered-by")
        logo.scroll_into_view_if_needed()
        assert is_uncovered(logo)
