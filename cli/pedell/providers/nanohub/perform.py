"""Steps done: school by school, first what others need, every device woken once."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set

from pedell.model import Outcome, Status, Step
from pedell.payloads.apple import DECLARATIONS, PROFILES
from pedell.ports import Command, Ledger
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.codecs import LIST, MEMBER, SYNC
from pedell.providers.nanohub.declared import perform_declarations
from pedell.providers.nanohub.jobs import Job, Workshop
from pedell.providers.nanohub.post import Letter, Post

_DECLARED = frozenset({*DECLARATIONS, "membership"})

PORTION = 256
"""Steps that are done and reported together; a school is never cut in two."""


def portions(batch: Sequence[Step]) -> Iterator[list[Step]]:
    """Cut a batch so that nothing needs a step of another portion, and no device is in two."""
    groups = _Groups()
    school_of = {step.number: step.change.address.school for step in batch}
    for step in batch:
        for edge in step.needs:
            if edge.step in school_of:
                groups.join(school_of[step.number], school_of[edge.step])
    schools: dict[str, list[Step]] = defaultdict(list)
    for step in batch:
        schools[groups.find(school_of[step.number])].append(step)
    portion: list[Step] = []
    for steps in schools.values():
        portion += steps
        if len(portion) >= PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


class Performance:
    """One portion. A device that the MDM refuses alone is remarked and stops nobody else."""

    def __init__(self, workshop: Workshop, ledger: Ledger, api: Api) -> None:
        self._workshop, self._ledger, self._api = workshop, ledger, api
        self._post: Post = workshop.post
        self._failed: dict[int, str] = {}
        self._skipped: dict[int, int] = {}
        self._remarks: dict[int, str] = {}
        self._begun: list[Job] = []

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Do all of it, and return one outcome each, in order.

        What will be sent is in the ledger before anything is; that devices must be told of new
        declarations too, so that a crash in between leaves them marked as not told.
        """
        jobs = self._prepare(steps)
        syncs = self._letters(SYNC, _devices(jobs.values(), _DECLARED), {})
        lists = self._letters(LIST, _devices(jobs.values(), PROFILES), {"ManagedOnly": True})
        commands = [command for job in jobs.values() for command in job.commands]
        self._post.note([*commands, *(letter.command for letter in (*syncs, *lists))])
        for level in _levels(steps):
            self._perform([jobs[s.number] for s in level if not self._is_stopped(s)])
        self._post.drop(command for number in self._skipped for command in jobs[number].commands)
        self._part()
        self._finish(syncs, _DECLARED)
        self._finish(lists, PROFILES)
        self._post.send([one for job in self._begun for one in job.questions])
        unwoken = self._wake()
        return [self._outcome(step, jobs.get(step.number), unwoken) for step in steps]

    def _prepare(self, steps: Sequence[Step]) -> dict[int, Job]:
        jobs: dict[int, Job] = {}
        for step in steps:
            try:
                jobs[step.number] = self._workshop.prepare(step)
            except (ValueError, KeyError, OSError) as error:
                self._failed[step.number] = f"it cannot be written: {error}"
        return jobs

    def _letters(
        self, request: str, enrolments: Set[str], fields: Mapping[str, object]
    ) -> list[Letter]:
        said = {"RequestType": request, **fields}
        commands = self._post.address(request, request, request, enrolments)
        return [Letter(command, lambda: said) for command in commands]

    def _is_stopped(self, step: Step) -> bool:
        if step.number in self._failed:
            return True
        for edge in step.needs:
            if edge.step in self._failed or edge.step in self._skipped:
                self._skipped[step.number] = edge.step
        return step.number in self._skipped

    def _perform(self, jobs: Sequence[Job]) -> None:
        self._memberships([job for job in jobs if job.kind == "membership"])
        self._profiles([job for job in jobs if job.letters])
        declared = [job for job in jobs if job.kind in DECLARATIONS and not job.has_it]
        self._failed |= perform_declarations(self._api, declared)
        self._hand_over(
            [job for job in declared if job.taken_over and job.step.number not in self._failed]
        )
        self._begun += jobs

    def _memberships(self, jobs: Sequence[Job]) -> None:
        calls = [
            ((job.step.number, name), self._api.member(method, name, job.set_name))
            for job in jobs
            for method, names in (("PUT", job.joins), ("DELETE", job.leaves))
            for name in sorted(names)
        ]
        failed: dict[int, dict[str, str]] = defaultdict(dict)
        for (number, name), why in self._api.settle_all(calls).items():
            failed[number][name] = why
        notes: list[Command] = []
        for job in jobs:
            bad = failed.get(job.step.number, {})
            notes += self._post.address(MEMBER, job.set_name, job.set_name, job.joins - bad.keys())
            notes += self._post.address(MEMBER, job.set_name, "", job.leaves - bad.keys())
            self._blame(job, bad)
        self._post.note(notes)
        self._ledger.mark([note.uuid for note in notes], "done")

    def _hand_over(self, jobs: Sequence[Job]) -> None:
        """Note that apps by command are held no more: a declaration takes them over."""
        notes = [
            c for job in jobs for c in self._post.address(MEMBER, job.taken_over, "", job.joins)
        ]
        self._post.note(notes)
        self._ledger.mark([note.uuid for note in notes], "done")

    def _profiles(self, jobs: Sequence[Job]) -> None:
        results = self._post.send([letter for job in jobs for letter in job.letters])
        for job in jobs:
            bad = [results[letter.command.uuid] for letter in job.letters]
            self._blame(job, {name: why for each in bad for name, why in each.items()})

    def _blame(self, job: Job, bad: Mapping[str, str]) -> None:
        if not bad:
            return
        text = f"{_count(len(bad), len(job.devices))}: {next(iter(bad.values()))}"
        if bad.keys() <= self._post.outcasts.keys() and len(bad) < len(job.devices):
            self._remarks[job.step.number] = text
        else:
            self._failed[job.step.number] = text

    def _part(self) -> None:
        """Take profiles from devices that left, last of all: the new ones are there by then."""
        for job in self._begun:
            if job.farewell and job.step.number in self._failed:
                self._post.drop(letter.command for letter in job.farewell)
            elif job.farewell:
                results = self._post.send(job.farewell).values()
                self._blame(job, {name: why for each in results for name, why in each.items()})

    def _finish(self, letters: Sequence[Letter], kinds: Container[str]) -> None:
        """Send what belongs behind all jobs of some kinds, if any of them came to its end."""
        jobs = [job for job in self._begun if job.kind in kinds]
        if all(job.step.number in self._failed for job in jobs):
            self._post.drop(letter.command for letter in letters)
            return
        results = self._post.send(letters).values()
        bad = {name: why for each in results for name, why in each.items()}
        for job in jobs if kinds is _DECLARED else ():
            self._blame(job, {name: bad[name] for name in job.devices & bad.keys()})

    def _wake(self) -> Mapping[str, str]:
        """Push every device that was sent anything; return the ids that could not be woken."""
        if self._api.gone:
            return {}
        woken = {name for job in self._begun for name in job.devices}
        return self._post.push(woken - self._post.outcasts.keys())

    def _outcome(self, step: Step, job: Job | None, unwoken: Mapping[str, str]) -> Outcome:
        if step.number in self._skipped:
            needed = self._skipped[step.number]
            detail = f"waits for step {needed}, which did not succeed"
            return Outcome(step.number, Status.SKIPPED, detail)
        if job is None or step.number in self._failed:
            gone = self._api.gone_for(step.change.address.kind)
            is_away = gone is not None and not isinstance(gone, PermissionError)
            status = Status.UNREACHABLE if is_away else Status.FAILED
            return Outcome(step.number, status, self._failed[step.number])
        late = job.devices & unwoken.keys() - self._post.outcasts.keys()
        remarks = [self._remarks[step.number]] if step.number in self._remarks else []
        if late:
            remarks.append(
                f"{_count(len(late), len(job.devices))} could not be woken and fetch it when they "
                f"next report: {unwoken[min(late)]}"
            )
        return Outcome(step.number, Status.DONE, "; ".join(remarks), job.name)


class _Groups:
    """Names that belong together."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        while (parent := self._parent.get(name, name)) != name:
            name = parent
        return name

    def join(self, one: str, other: str) -> None:
        self._parent[self.find(one)] = self.find(other)


def _levels(steps: Sequence[Step]) -> list[list[Step]]:
    level: dict[int, int] = {}
    found: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        needed = [level[edge.step] for edge in step.needs if edge.step in level]
        level[step.number] = max(needed, default=-1) + 1
        found[level[step.number]].append(step)
    return [found[number] for number in sorted(found)]


def _devices(jobs: Iterable[Job], kinds: Container[str]) -> Set[str]:
    return {name for job in jobs if job.kind in kinds for name in job.devices}


def _count(some: int, of: int) -> str:
    return f"{some} of {of} devices" if of != 1 else "the device"
