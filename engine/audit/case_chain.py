"""One case's chain against itself: every event, their order, and what the case's row says of them."""

from collections.abc import Callable, Iterable, Iterator

from engine.audit.chain import GENESIS
from engine.audit.discrepancy import Discrepancy, discrepancy
from engine.audit.kinds import KIND_NAMES
from engine.audit.restoring import Restored
from engine.audit.rows import CaseRow, Event, computed_hash
from engine.errors import mark

Restore = Callable[[Event, int, str | None], Restored | None]
"""Find the altered column of an event, given the expected sequence number and the hash before it."""

COLUMN_NAMES = {
    "instance_id": mark("事项编号"),
    "sequence": mark("序号"),
    "at": mark("时间"),
    "actor": mark("操作人"),
    "on_behalf_of": mark("被代理人"),
    "kind": mark("事件种类"),
    "element_id": mark("流程元素"),
    "token": mark("令牌号"),
    "body": mark("内容"),
    "definition_hash": mark("流程版本"),
    "previous_hash": mark("上一步哈希"),
    "hash": mark("哈希"),
    "started_by": mark("发起人"),
    "started_at": mark("发起时间"),
}


class CaseChain:
    """Checks the events of one case as they pass by; ``last`` and ``count`` say how far it came."""

    def __init__(self, case: CaseRow, restore: Restore, definitions: frozenset[str]) -> None:
        self._case = case
        self._restore = restore
        self._definitions = definitions
        self._expected = 1
        self._before: str | None = GENESIS
        self.count = 0
        self.last: Event | None = None

    def check(self, events: Iterable[Event]) -> Iterator[Discrepancy]:
        """Give all that is wrong, in the order of the case."""
        for event, following in _with_next(events):
            yield from self._order(event)
            yield from self._content(event, following)
            yield from self._version(event)
            if self.count == 0:
                yield from self._start(event)
            self.count, self.last = self.count + 1, event
            self._expected = event["sequence"] + 1 if isinstance(event["sequence"], int) else self._expected + 1
        yield from self._end()

    def _order(self, event: Event) -> Iterator[Discrepancy]:
        sequence = event["sequence"]
        if sequence == self._expected:
            return
        # What stood before is not there, so nothing can be said of the link to it.
        self._before = None
        if isinstance(sequence, int) and sequence > self._expected:
            yield self._missing(self._expected, sequence - 1)
        else:
            yield discrepancy(
                "event_inserted",
                mark("事项 #{case} 里插入了一个序号为 {sequence} 的事件：程序只写 1、2、3……"),
                case=self._case.id,
                sequence=sequence if isinstance(sequence, int) else None,
            )

    def _missing(self, first: int, last: int) -> Discrepancy:
        if first == last:
            message = mark("事项 #{case} 的第 {sequence} 步被删除了。")
        else:
            message = mark("事项 #{case} 的第 {sequence} 至 {last} 步被删除了。")
        return discrepancy("event_removed", message, case=self._case.id, sequence=first, last=last)

    def _content(self, event: Event, following: Event | None) -> Iterator[Discrepancy]:
        computed, before, self._before = computed_hash(event), self._before, event["hash"]
        if computed != event["hash"]:
            if computed is not None and computed == self._promised(following):
                # All else agrees with what comes after: only the hash itself was changed.
                self._before = computed
                yield self._altered(event, computed, Restored(column="hash", value=computed))
            else:
                yield self._altered(event, computed, self._restore(event, self._expected, before))
        elif before is not None and event["previous_hash"] != before:
            yield discrepancy(
                "link_broken",
                mark(
                    "事项 #{case} 的第 {sequence} 步接不上它前面的一步：它记着上一步哈希 {recorded}，"
                    "而上一步的哈希是 {actual}。上一步或这一步被整个换过。"
                ),
                case=self._case.id,
                sequence=event["sequence"],
                column="previous_hash",
                recorded=_short(event["previous_hash"]),
                actual=_short(before),
            )

    def _promised(self, following: Event | None) -> str:
        return str(following["previous_hash"]) if following is not None else self._case.chain_head

    def _altered(self, event: Event, computed: str | None, restored: Restored | None) -> Discrepancy:
        column = restored.column if restored else "body"
        if restored is None:
            message = mark(
                "事项 #{case} 的第 {sequence} 步（{kind}）被改动过：内容与哈希不符。"
                "其余各列都有旁证，被改的应是内容，或不止一列。"
            )
        elif column == "hash":
            message = mark("事项 #{case} 的第 {sequence} 步（{kind}）的哈希被改动过：原为 {original}。")
        elif column == "sequence":
            message = mark("事项 #{case} 的第 {sequence} 步（{kind}）被挪动过：它原来是第 {original} 步。")
        else:
            message = mark(
                "事项 #{case} 的第 {sequence} 步（{kind}）被改动过：{named}原为“{original}”，现在是“{present}”。"
            )
        return discrepancy(
            "event_moved" if column == "sequence" else "event_altered",
            message,
            case=self._case.id,
            sequence=event["sequence"] if isinstance(event["sequence"], int) else None,
            column=column,
            kind=KIND_NAMES.get(event["kind"], event["kind"]),
            named=_named(column),
            original=_short(restored.value) if restored else None,
            present=_short(event[column]) if restored else None,
            computed=computed,
        )

    def _version(self, event: Event) -> Iterator[Discrepancy]:
        if event["definition_hash"] not in self._definitions:
            yield discrepancy(
                "definition_unknown",
                mark("事项 #{case} 的第 {sequence} 步指向的流程版本 {version} 不在已发布的版本里。"),
                case=self._case.id,
                sequence=event["sequence"],
                column="definition_hash",
                version=_short(event["definition_hash"]),
            )

    def _start(self, event: Event) -> Iterator[Discrepancy]:
        for column, of_event in (("started_by", event["actor"]), ("started_at", event["at"])):
            if event["kind"] == "case.started" and getattr(self._case, column) != of_event:
                yield discrepancy(
                    "case_row_altered",
                    mark("事项 #{case} 的登记（{named}）与它的第 1 步不符：登记为“{present}”，第 1 步为“{original}”。"),
                    case=self._case.id,
                    sequence=1,
                    column=column,
                    named=_named(column),
                    present=getattr(self._case, column),
                    original=of_event,
                )

    def _end(self) -> Iterator[Discrepancy]:
        case, found = self._case, self._expected - 1
        if found < case.event_count:
            yield self._missing(found + 1, case.event_count)
        elif found > case.event_count:
            yield discrepancy(
                "event_appended",
                mark("事项 #{case} 末尾多出了事件：登记有 {count} 步，历史里到了第 {found} 步。"),
                case=case.id,
                sequence=case.event_count + 1,
                count=case.event_count,
                found=found,
            )
        elif self._before is not None and self._before != case.chain_head:
            yield discrepancy(
                "head_mismatch",
                mark("事项 #{case} 登记的链尾哈希是 {recorded}，而最后一步的哈希是 {actual}：登记或最后一步被改动过。"),
                case=case.id,
                sequence=found,
                column="chain_head",
                recorded=_short(case.chain_head),
                actual=_short(self._before),
            )
        if self.last is not None and self.last["definition_hash"] != case.definition_hash:
            yield discrepancy(
                "case_version_altered",
                mark("事项 #{case} 登记的流程版本与它的历史不符。"),
                case=case.id,
                sequence=found,
                column="definition_id",
            )


def _with_next(events: Iterable[Event]) -> Iterator[tuple[Event, Event | None]]:
    iterator = iter(events)
    current = next(iterator, None)
    while current is not None:
        following = next(iterator, None)
        yield current, following
        current = following


def _named(column: str) -> Discrepancy:
    """Give the name of a column as a text that is translated with the sentence it stands in."""
    return discrepancy("column", COLUMN_NAMES[column])


def _short(value: object) -> object:
    """Shorten a hash to what people compare."""
    text = str(value)
    return f"{text[:12]}…" if len(text) == len(GENESIS) else value
