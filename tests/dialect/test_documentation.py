"""What explains a process: pools, lanes, data, notes, groups, properties and a version tag."""

from engine.commands.deploy import File, deploy
from engine.execution.starting import newest_definition
from tests.dialect.playing import Play, belonging


def test_what_explains_is_no_obstacle(play: Play) -> None:
    case = play.start(channel="一号店")
    with play.database.reading() as session:
        process = newest_definition(session, play.stem.name).process
    assert (process.version_tag, process.properties["anything"]) == ("2026.1", "别人的属性")
    fill = process.elements["fill"]
    assert (fill.lane, fill.headers, fill.properties["mine"]) == ("渠道专员", {"color": "red"}, "照样保留")
    assert process.elements.keys() == {"start", "fill", "check", "done"}
    assert play.cases()[0].title == "备案：一号店"
    play.do("fill")
    play.do("check")
    assert play.outcome(case) == "已备案"
    # The same file again is the same version: nothing of it was changed by reading it.
    files = [File(name=path.name, content=path.read_bytes()) for path in belonging(play.stem)]
    play.command(deploy, files, "zeng.rui")
    with play.database.reading() as session:
        assert newest_definition(session, play.stem.name).version == 1
