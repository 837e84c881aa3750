"""What holds for every apply, whatever is wanted, seen and remembered."""

from hypothesis import given
from hypothesis import strategies as st

from pedell.model import Action, Status, StepEnded, Until
from tests.inventory_builder import schemas
from tests.laws.examples import examples
from tests.laws.worlds import bench, cases


def do_all(house, plan):
    ended = [event for event in house.apply(plan) if isinstance(event, StepEnded)]
    assert {event.outcome.status for event in ended} <= {Status.DONE}
    assert len(ended) == len(list(plan.steps))


@examples(150)
@given(cases())
def test_after_an_apply_the_next_plan_is_empty(case):
    with bench(case) as house:
        plan = house.plan()
        late = {change.address for change in plan.blocked}
        for change in plan.blocked:  # a network goes when devices have shown the one that comes
            assert (change.address.kind, change.action) == ("wifi", Action.DELETE)
            assert "plan again" in change.blocked
        do_all(house, plan)
        if late:
            again = house.plan()
            assert {step.change.address for step in again.steps} == late
            do_all(house, again)
        after = house.plan()
        assert list(after.steps) == []
        assert after.is_empty
        assert after.orphans == ()


@examples(100)
@given(cases(), st.data())
def test_apply_does_never_more_than_the_plan(case, data):
    fails = frozenset(a for a in sorted(case.desired) if data.draw(st.booleans()))
    with bench(case, fails) as house:
        plan, before = house.plan(), house.held
        house.apply(plan)
        performed = [step.number for step in house.provider.performed]
        assert len(performed) == len(set(performed))
        assert set(performed) <= {step.number for step in plan.steps}
        touched = {step.change.address for step in plan.steps} - fails
        for target, held in before.items():
            rest = {address: thing for address, thing in held.items() if address not in touched}
            assert rest.items() <= house.held[target].items()


@examples(100)
@given(cases(), st.data())
def test_what_waits_for_a_failure_is_not_done(case, data):
    fails = frozenset(a for a in sorted(case.desired) if data.draw(st.booleans()))
    with bench(case, fails) as house:
        plan = house.plan()
        events = [event for event in house.apply(plan) if isinstance(event, StepEnded)]
        ended = {event.step.number: event.outcome.status for event in events}
        assert ended.keys() == {step.number for step in plan.steps}
        for step in plan.steps:
            if any(ended[edge.step] is not Status.DONE for edge in step.needs):
                assert ended[step.number] is not Status.DONE
        remembered = house.store.recall()
        assert not [a for a in fails if a in remembered and a not in case.memory]


@examples(100)
@given(cases())
def test_nothing_is_done_before_what_it_waits_for(case):
    with bench(case) as house:
        plan = house.plan()
        house.apply(plan)
        place = {step.number: n for n, step in enumerate(house.provider.performed)}
        for step in plan.steps:
            assert all(place[edge.step] < place[step.number] for edge in step.needs)


@examples(150)
@given(cases())
def test_no_step_waits_for_a_later_one_and_every_edge_has_a_reason(case):
    with bench(case) as house:
        plan = house.plan()
        steps = list(plan.steps)
        wave = {step.number: wave.number for wave in plan.waves for step in wave.steps}
        assert sorted(wave) == list(range(1, len(steps) + 1))
        for step in steps:
            for edge in step.needs:
                assert edge.step < step.number
                assert edge.reason.strip()
                assert wave[edge.step] <= wave[step.number]
                if edge.until is Until.VERIFIED:
                    assert wave[edge.step] < wave[step.number]


@examples(150)
@given(cases())
def test_a_delete_waits_for_whoever_lets_go(case):
    kinds = schemas().kinds
    with bench(case) as house:
        steps = list(house.plan().steps)
    for goes in (step for step in steps if step.change.action is Action.DELETE):
        at = goes.change.address
        for other in steps:
            near = (other.change.address.school, other.change.address.place)
            before = other.change.before
            held = kinds[other.change.address.kind].referenced(before.spec) if before else ()
            if near == (at.school, at.place) and any(
                (k, n) == (at.kind, at.name) for _, k, n in held
            ):
                assert other.number in {edge.step for edge in goes.needs}


@examples(100)
@given(cases())
def test_without_pruning_nothing_is_deleted_and_orphans_are_named(case):
    with bench(case) as house:
        plan = house.plan(prune=False)
        assert not [step for step in plan.steps if step.change.action is Action.DELETE]
        made = {
            a
            for a in case.memory
            if a not in case.desired and a in house.held[case.memory[a].target]
        }
        assert set(plan.orphans) == made


@examples(100)
@given(cases())
def test_only_what_we_made_is_deleted(case):
    with bench(case) as house:
        gone = {s.change.address for s in house.plan().steps if s.change.action is Action.DELETE}
    assert gone <= case.memory.keys() - case.desired.keys()


@examples(80)
@given(cases(), st.randoms(use_true_random=False))
def test_the_same_world_gives_the_same_plan_in_whatever_order_it_is_told(case, random):
    def shuffled(mapping):
        return dict(random.sample(list(mapping.items()), len(mapping)))

    with bench(case) as house:
        first = house.plan()
        memory = shuffled(house.store.recall())
        house.provider.inner.held = {t: shuffled(h) for t, h in house.held.items()}
        assert house.plan(memory) == first
