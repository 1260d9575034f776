"""The kinds of events that the program writes."""

from collections.abc import Mapping

from engine.errors import mark

KIND_NAMES = {
    "case.started": mark("发起"),
    "case.withdrawn": mark("撤销"),
    "case.terminated": mark("终止"),
    "case.suspended": mark("暂停"),
    "case.resumed": mark("恢复"),
    "case.modified": mark("移动令牌"),
    "element.redone": mark("重新执行"),
    "case.migrated": mark("迁移到另一版本"),
    "variables.set": mark("设置变量"),
    "task.completed": mark("办理任务"),
    "task.assigning": mark("请求指定办理人"),
    "task.completing": mark("提交任务"),
    "task.updating": mark("请求修改任务"),
    "task.updated": mark("修改任务"),
    "task.claimed": mark("领取任务"),
    "task.unclaimed": mark("放回队列"),
    "task.assigned": mark("指定办理人"),
    "task.reassigned": mark("转办"),
    "task.delegated": mark("委派"),
    "task.sign_added": mark("加签"),
    "task.signed": mark("签署"),
    "task.sign_removed": mark("减签"),
    "task.urged": mark("催办"),
    "task.reminded": mark("超时催办"),
    "task.escalated": mark("超时升级"),
    "task.timed_out": mark("超时自动办理"),
    "task.copied": mark("抄送"),
    "case.commented": mark("评论"),
    "task.handed_over": mark("离职交接"),
    "task.held": mark("提交任务，等待加签"),
    "task.resolved": mark("交回委派的任务"),
    "task.recalled": mark("收回委派的任务"),
    "task.returned": mark("退回"),
    "task.taken_back": mark("撤回"),
    "task.rejected": mark("驳回"),
    "job.completed": mark("系统完成作业"),
    "listener.completed": mark("监听器完成"),
    "job.failed": mark("系统作业失败"),
    "job.updated": mark("修改作业"),
    "job.error": mark("外部程序报错"),
    "timer.fired": mark("到时间"),
    "event.received": mark("收到消息或信号"),
    "adhoc.activated": mark("选择接下来办什么"),
    "call.started": mark("发起所调用的流程"),
    "call.returned": mark("所调用的流程结束"),
    "incident.resolved": mark("处理异常"),
    "incident.corrected": mark("更正数据"),
    "incident.skipped": mark("跳过异常"),
}
"""What people call each kind of event."""


def completes(kind: str, body: Mapping[str, object]) -> bool:
    """Tell whether an event completes a user task: handed in, let go by its last signature, or done by its rule."""
    return kind in {"task.completed", "task.timed_out"} or "completes" in body
