"""The chain around an id, from what arrived to what stands in each target, and back: a dossier in, a story out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from syncengine.evidence.story import (
    ActionTold,
    AttemptTold,
    Change,
    ConflictTold,
    FieldSeen,
    HitTold,
    HoldTold,
    InputTold,
    LinkTold,
    RecordTold,
    ReviewTold,
    StopTold,
    Story,
)
from syncengine.evidence.view import PlanView, Seen
from syncengine.model.dossier import (
    ActionFacts,
    AttemptFacts,
    ConflictFacts,
    Dossier,
    Hit,
    HoldFacts,
    InputFacts,
    LinkFacts,
    ReviewFacts,
)
from syncengine.model.record import Record
from syncengine.model.switch import Switch, Turned, scopes
from syncengine.model.value import Json, Places
from syncengine.vocabulary import ActionState, Phase

T = TypeVar("T")
_WOULD_GO: Final = (ActionState.READY, ActionState.PREPARED)

ERASED: Final = Seen(text="(erased)", value=None, masked=True)
"""In the place of a value that was there once."""


def trace(dossier: Dossier, hits: Sequence[Hit], view: PlanView) -> Story:
    """Tell everything in the dossier, marking what was asked for. `view` decides which values are clear."""
    return _Telling(dossier, hits, view).story()


class _Telling:
    """One dossier, with what is looked up in it again and again."""

    def __init__(self, dossier: Dossier, hits: Sequence[Hit], view: PlanView) -> None:
        self._dossier = dossier
        self._hits = hits
        self._view = view
        self._records = {record.id: record for record in dossier.records}
        self._actions = {facts.id: facts for facts in dossier.actions}
        self._switches = {switch.scope: switch for switch in dossier.switches}
        self._of_record = {facts.seq: facts.record for facts in dossier.inputs}
        self._event_ids = {facts.seq: facts.event_id for facts in dossier.inputs}
        self._by_cause = _grouped(dossier.actions, lambda facts: facts.cause)
        self._by_action = _grouped(dossier.holds, lambda facts: facts.action)
        self._waited = _grouped(dossier.inputs, lambda facts: facts.answered_by)
        self._labels = {hit.label for hit in hits}
        self._asked_inputs = {seq for hit in hits if hit.what == "input" for seq in hit.inputs}

    def story(self) -> Story:
        return Story(
            hits=tuple(self._hit(hit) for hit in self._hits),
            records=tuple(self._record(record) for record in self._dossier.records),
            inputs=tuple(self._input(facts) for facts in self._dossier.inputs if facts.record not in self._records),
        )

    def _hit(self, hit: Hit) -> HitTold:
        return HitTold(
            what=hit.what,
            label=hit.label,
            records=tuple(self._records[number].entity for number in hit.records if number in self._records),
            inputs=tuple(str(seq) for seq in hit.inputs),
        )

    def _record(self, record: Record) -> RecordTold:
        dossier = self._dossier
        elsewhere = [a for a in dossier.actions if a.record == record.id != self._of_record.get(a.cause)]
        return RecordTold(
            object=record.object,
            entity=record.entity,
            gone=record.tombstone and not record.erased,
            erased=record.erased,
            unsettled=tuple(f"{flow}: {s.unsettled}" for flow, s in record.sources.items() if s.unsettled),
            known_as=tuple(self._link(facts) for facts in dossier.links if facts.record == record.id),
            inputs=tuple(self._input(facts) for facts in dossier.inputs if facts.record == record.id),
            actions=tuple(self._action(facts) for facts in elsewhere),
            holds=tuple(
                self._hold(facts)
                for facts in dossier.holds
                if facts.record == record.id and facts.action not in self._actions
            ),
            conflicts=tuple(self._conflict(facts) for facts in dossier.conflicts if facts.record == record.id),
            reviews=tuple(self._review(record, facts) for facts in dossier.reviews if facts.record == record.id),
        )

    def _link(self, facts: LinkFacts) -> LinkTold:
        return LinkTold(
            flow=facts.flow, id=facts.id, since=facts.since, asked=f"{facts.flow} {facts.id}" in self._labels
        )

    def _input(self, facts: InputFacts) -> InputTold:
        return InputTold(
            id=str(facts.seq),
            kind=facts.kind,
            system=facts.system,
            type=facts.type,
            event_id=facts.event_id,
            happened_at=facts.at,
            received_at=facts.received_at,
            trust=facts.trust,
            file=facts.file or "",
            line=facts.line,
            repeats=facts.repeats,
            state=facts.state,
            fate=facts.fate or "",
            why=facts.why,
            fields=self._fields_of(facts),
            erased_by=facts.erased_by,
            answered_by=self._event_ids.get(facts.answered_by, str(facts.answered_by or "")),
            answers=tuple(other.event_id for other in self._waited.get(facts.seq, ())),
            actions=tuple(self._action(action) for action in self._by_cause.get(facts.seq, ())),
            asked=facts.seq in self._asked_inputs,
        )

    def _fields_of(self, facts: InputFacts) -> tuple[FieldSeen, ...]:
        record = self._records.get(facts.record)
        if record is None:
            return ()
        return tuple(
            FieldSeen(field=name, value=self._view.seen(state.value, self._view.fields.get((record.object, name), "")))
            for name, state in record.fields.items()
            if state.seq == facts.seq
        )

    def _action(self, facts: ActionFacts) -> ActionTold:
        replacing = self._actions.get(facts.replaced_by)
        return ActionTold(
            id=str(facts.id),
            key=facts.key,
            kind=facts.kind,
            flow=facts.flow,
            state=facts.state,
            why=facts.why,
            decided_at=facts.decided_at,
            write_set=facts.write_set,
            plan=facts.plan,
            cause=str(facts.cause or ""),
            content_erased=facts.content is None,
            changes=self._changes(facts),
            attempts=tuple(_attempt(attempt) for attempt in facts.attempts),
            holds=tuple(self._hold(hold) for hold in self._by_action.get(facts.id, ())),
            superseded_by=replacing.key if replacing else str(facts.replaced_by or ""),
            consequences=self._view.consequences.get(facts.flow, ()),
            stops=tuple(self._stops(facts)) if facts.state in _WOULD_GO else (),
            asked=any(hit.what in {"action", "attempt"} and facts.key in hit.label for hit in self._hits),
        )

    def _stops(self, facts: ActionFacts) -> Iterator[StopTold]:
        """Who stopped what would be sent now. Without a map nobody knows where a flow goes."""
        stopping = scopes(
            write_set=facts.write_set, flow=facts.flow, object_name=facts.flow.partition(".")[0],
            system=self._view.systems.get(facts.flow, ""),
        )  # fmt: skip
        for scope in stopping:
            switch = self._switches.get(scope, Switch(scope=scope))
            if switch.paused and switch.pause_turn is not None:
                yield _stop(scope, "paused", switch.pause_turn)
            if switch.phase is Phase.OBSERVE and switch.phase_turn is not None:
                yield _stop(scope, "in observe", switch.phase_turn)

    def _changes(self, facts: ActionFacts) -> tuple[Change, ...]:
        last = facts.attempts[-1] if facts.attempts else None
        before = last.before if last else None
        after = (last.after if last and facts.state is ActionState.CONFIRMED else None) or {}
        return tuple(
            self._change(facts.flow, place, before, after.get(place, intended))
            for place, intended in (facts.content or {}).items()
        )

    def _change(self, flow: str, place: str, before: Places | None, after: Json) -> Change:
        name, klass = self._view.place(flow, place)
        return Change(
            place=place,
            field=name,
            before=None if before is None or place not in before else self._view.seen(before[place], klass),
            after=self._view.seen(after, klass),
        )

    def _hold(self, facts: HoldFacts) -> HoldTold:
        klass = self._view.needs.get((facts.flow, facts.gate, facts.need), "")
        return HoldTold(
            flow=facts.flow,
            gate=facts.gate,
            need=facts.need,
            status=ERASED.text if self._is_erased(facts.record) else self._view.seen(facts.status, klass).text,
            next=facts.next,
            since=facts.since,
            released_at=facts.released_at,
            released_by=facts.released_by,
            said_by=facts.said_by,
        )

    def _conflict(self, facts: ConflictFacts) -> ConflictTold:
        def told(value: Json) -> Seen:
            if self._is_erased(facts.record):
                return ERASED
            return self._spelled(self._records[facts.record], facts.flow, facts.field, value)

        return ConflictTold(
            flow=facts.flow,
            field=facts.field,
            rule=facts.rule,
            at=facts.at,
            winner=told(facts.winner),
            loser=told(facts.loser),
        )

    def _is_erased(self, number: int) -> bool:
        record = self._records.get(number)
        return record is not None and bool(record.erased)

    def _spelled(self, record: Record, flow: str, field: str, value: Json) -> Seen:
        return self._view.seen(value, self._view.class_of(record.object, flow, field, value))

    def _review(self, record: Record, facts: ReviewFacts) -> ReviewTold:
        value = facts.value
        seen = None if value is None else self._spelled(record, facts.flow, facts.field, value)
        return ReviewTold(flow=facts.flow, field=facts.field, why=facts.why, at=facts.at, value=seen)


def _stop(scope: str, how: str, turned: Turned) -> StopTold:
    return StopTold(scope=scope, how=how, since=turned.at, by=turned.actor, reason=turned.reason)


def _grouped(items: Iterable[T], key: Callable[[T], int]) -> dict[int, list[T]]:
    groups: dict[int, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _attempt(facts: AttemptFacts) -> AttemptTold:
    return AttemptTold(
        id=str(facts.id),
        number=facts.number,
        state=facts.state,
        via=facts.via,
        sent_at=facts.sent_at,
        settled_at=facts.settled_at,
        detail=facts.detail,
    )
