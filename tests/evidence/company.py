"""A small company's ledger, made by the commands that people give: what is to be tampered with."""

import json
from dataclasses import dataclass
from pathlib import Path

from syncengine.model.action import Wait
from syncengine.model.decision import FlowOutcome
from syncengine.model.matching import PairMark, Theirs
from syncengine.store.open import open_store
from syncengine.store.protocol import Move
from syncengine.vocabulary import ActionState, FlowResult, OutcomeKind, PairState
from tests.quickstart.workspace import Workspace, make
from tests.store.scene import BORN, CRM, SECOND, Scene, action, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """`state` is the ledger's URL, `anchors` a file of two: of an earlier day, and of now."""

    state: str
    anchors: Path
    workspace: Workspace


def half(folder: Path, state: str = "") -> Company:
    """Up to an earlier day: a run over the first half of what came in, and an anchor."""
    make(folder / "company", seed=7, customers=2)
    workspace = Workspace(folder / "workspace", folder / "company", state)
    lines = workspace.captured
    workspace.deliver([*lines[: len(lines) // 2], "no delivery at all"], "a")
    workspace.run()
    company = Company(state=workspace.state, anchors=folder / "anchors.jsonl", workspace=workspace)
    anchor(company)
    return company


def whole(company: Company) -> None:
    """What came after: an event id with another body, the other half, a switch, a pause, somebody erased."""
    workspace = company.workspace
    lines = workspace.captured
    said = json.loads(lines[0])
    twice = json.dumps({**said, "body": said["body"].replace("{", "{ ", 1)})
    workspace.deliver([twice, *lines[len(lines) // 2 :]], "b")
    workspace.run()
    for words in (("pause", "system:erp"), ("resume", "system:erp")):
        done = workspace.syncengine(*words, "--reason", "a rehearsal")
        assert done.returncode == 0, done.stderr
    first, second, *_ = customers(lines)
    for command, who in (("erase", first), ("legal-hold set", second)):
        done = workspace.syncengine(*command.split(), who, "--reason", "asked to")
        assert done.returncode == 0, done.stderr
    left_open(company.state)
    anchor(company)


def left_open(state: str) -> None:
    """What a run leaves behind that was broken off: waiting, unsettled, dead, not matched yet, asked for again."""
    store = open_store(state)
    scene = Scene(store, project=store.project())
    scene.arrive("evt_1", "evt_2")
    for entity in ("a", "b", "c", "e"):
        scene.know(entity)
    rejected, unknown = scene.sent("f"), scene.sent("g")
    scene.settle(rejected, OutcomeKind.REJECTED, detail="no", failed=True)
    scene.settle(unknown, OutcomeKind.UNKNOWN, due_at=scene.now + SECOND)
    candidate = scene.ready("h")
    waits = (Wait(flow=BORN, id="in_far", target=CRM), Wait(flow=BORN, id="in_farther", target=CRM))
    move = Move(candidate=candidate, to=ActionState.WAITING, why="not linked", waits=waits)
    store.move_actions(scene.session, [move], scene.now)
    shown = FlowOutcome(flow=CRM, result=FlowResult.OBSERVED, why="observed", sandbox={"status": "new"})
    keys = {"vat": b"1" * 32}
    review = PairMark(entity="b", flow=CRM, state=PairState.REVIEW, suspects=("00Q1", "00Q2"))
    scene.commit(
        wants=[(BORN, "in_x", "tie"), (BORN, "in_y", "tie")],
        sandbox=[("a", shown), ("b", shown)],
        theirs=[Theirs(flow=CRM, id=f"00Q{n}", at=scene.now, keys=keys) for n in range(3)],
        ours=[("b", keys)],
        pairs=[review, PairMark(entity="c", flow=CRM, state=PairState.WAITING)],
    )
    scene.know("d")
    scene.decide(action("d"), state=ActionState.HELD, holds=[hold("a")])
    scene.commit(touched=["a"])
    store.close()


def customers(lines: list[str]) -> list[str]:
    """Their ids, in the order in which they came."""
    bodies = [json.loads(json.loads(line)["body"]) for line in lines]
    return [str(b["data"]["object"]["id"]) for b in bodies if b.get("type") == "customer.created"]


def anchor(company: Company) -> None:
    done = company.workspace.syncengine("audit", "anchor", "--out", str(company.anchors))
    assert done.returncode == 0, done.stderr
