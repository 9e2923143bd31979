"""What a run says it did: the same counts for people and for programs."""

from syncengine.engine.run import Done
from syncengine.engine.summary import as_json, as_text
from syncengine.model.tally import Tally
from syncengine.vocabulary import ActionState, Fate, FlowResult, PairState
from tests.engine.events import customer
from tests.scenarios.stage import Stage


def test_a_run_that_did_nothing_says_so() -> None:
    tally = Tally(events={}, decisions={}, writes={}, unmapped_types={}, open={})
    assert as_text(tally, Done()) == "deliveries none\nevents     none\nwrites     none"


def test_everything_that_a_person_has_to_know_is_said() -> None:
    done = Done(away={"crm": "no connection"}, stopped=True)
    report = done.intake
    report.files, report.new, report.duplicates, report.collisions, report.known_files = 1, 3, 2, 1, 2
    report.refused.append(("a.jsonl", 7, "not JSON"))
    report.unterminated.append("b.jsonl")
    tally = Tally(
        events={Fate.SETTLED: 3},
        decisions={FlowResult.ACT: 2, FlowResult.OBSERVED: 1},
        writes={ActionState.DEAD_LETTERED: 1},
        reviews=4,
        unsettled=5,
        unmapped_types={"price.created": 1},
        open={ActionState.DEAD_LETTERED: 2, ActionState.READY: 3},
        unpaired={PairState.WAITING: 3, PairState.READING: 1, PairState.REVIEW: 2},
    )
    first, *rest = as_text(tally, done).splitlines()
    known = "2 already processed, 1 with a known id and another body, 2 files already processed"
    assert first == f"deliveries 3 new from 1 file, {known}"
    assert rest == [
        "events     settled 3",
        "decisions  act 2, observed 1",
        "writes     dead lettered 1, observed 1",
        "also       reviews 4, unsettled 5",
        "stuck      dead lettered 2: each holds back what comes after it until a person acts",
        (
            "unmatched  3 wait until all that is there has been listed and compared, 1 wait until the record that"
            " matches has been read, 2 wait until a person decides which of several they are"
        ),
        "unmapped   price.created 1",
        "refused    a.jsonl:7: not JSON",
        "waiting    b.jsonl: its last line has no end yet; it is read with the next run",
        "away       crm: no connection",
        "stopped    as asked; the next run goes on from here",
    ]


def test_the_events_of_a_run_add_up_to_what_it_read(stage: Stage) -> None:
    stage.deliver([customer("evt_1"), customer("evt_1"), customer("evt_2", 9)])
    stage.run()
    assert stage.tally is not None
    assert stage.done is not None
    said = as_json(stage.tally, stage.done)
    assert sum(said["events"].values()) == 3 == said["intake"]["new"] + said["intake"]["already_processed"]
    assert said["writes"]["confirmed"] == 2
    assert set(said["events"]) == set(Fate)
    assert said["away"] == []
