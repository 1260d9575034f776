"""What to draw instead of what can't run: one sentence for each, with its remedy."""

from engine.errors import mark

ELEMENTS: dict[str, str] = {
    "complexGateway": mark("“{label}”是复杂网关，不能执行。请改用排他或包容网关；要等够几条分支，用多实例的完成条件。"),
    "choreographyTask": mark("“{label}”是编排任务，只描述参与者之间的往来，不能执行。请改用任务或消息事件。"),
    "subChoreography": mark("“{label}”是子编排，只描述参与者之间的往来，不能执行。请改用子流程。"),
    "callChoreography": mark("“{label}”是调用编排，只描述参与者之间的往来，不能执行。请改用调用活动。"),
    "implicitThrowEvent": mark("“{label}”是隐式抛出事件，不能执行。请改用中间抛出事件。"),
}
"""By the tag of the element."""

UNKNOWN = mark("“{label}”（{kind}）不是 BPMN 流程里能执行的元素。请用支持的元素代替它，见 bpmn/README.md。")

EVENTS: dict[str, str] = {
    "startEvent": mark("开始事件“{label}”不支持{event}：请改为无类型、定时、消息或信号。"),
    "endEvent": mark("结束事件“{label}”不支持{event}：请改为无类型、终止、错误、升级、信号、消息、补偿或取消。"),
    "intermediateCatchEvent": mark("捕获事件“{label}”不支持{event}：请改为定时、条件、消息、信号或链接。"),
    "intermediateThrowEvent": mark("抛出事件“{label}”不支持{event}：请改为无类型、升级、信号、消息、链接或补偿。"),
    "boundaryEvent": mark(
        "边界事件“{label}”不支持{event}：请改为定时、条件、消息、信号、错误、升级、补偿，或事务上的取消。"
    ),
}
"""By the tag of the event, for a kind of definition that can't stand there."""

TRIGGER = mark("事件子流程的开始事件“{label}”不支持{event}：请改为定时、条件、消息、信号、错误、升级或补偿。")

NOT_AN_EVENT = mark(
    "“{label}”不是事件，里面却写着事件定义：{event}。请删除这个定义；要等事件，请改用捕获事件或边界事件。"
)

ESCALATION_OF_CALL = mark(
    "边界事件“{label}”等不到升级：被调用的流程里的升级传不到调用活动“{host}”外面。"
    "请改用错误事件（被调用的流程以同一代码的错误结束），或把那些步骤画进嵌入子流程。"
)
ESCALATION_OF_TASK = mark(
    "边界事件“{label}”等不到升级：任务“{host}”自己不会发出升级。"
    "请改用定时事件（到时提醒、换人）或错误事件；要接升级，放到里面画有升级抛出或结束事件的子流程上。"
)
"""For a border that waits for an escalation where none can come from."""

DEFINITIONS: dict[str | None, str] = {
    None: mark("无类型"),
    "multiple": mark("多个触发"),
    "cancel": mark("取消"),
    "compensate": mark("补偿"),
    "conditional": mark("条件"),
    "error": mark("错误"),
    "escalation": mark("升级"),
    "link": mark("链接"),
    "message": mark("消息"),
    "signal": mark("信号"),
    "terminate": mark("终止"),
    "timer": mark("定时"),
}
"""What people call the kinds of event definitions."""
