"""Declarations on their way: each into the server, into its set, and into the set's activation."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from pedell.payloads.apple import decode_activation, encode_activation
from pedell.payloads.apple.declarations import Declaration
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.jobs import Job
from pedell.transports.http import Request


def perform_declarations(api: Api, jobs: Sequence[Job]) -> Mapping[int, str]:
    """Make them true on the server, and return step number → what went wrong.

    New ones are stored before they are switched on, old ones switched off before they go. Devices
    hear nothing of it yet.
    """
    puts = [job for job in jobs if job.declaration]
    failed = _settle(api, puts, lambda job: api.put_declaration(job.declaration or {}))
    stored = [job for job in puts if job.step.number not in failed]
    failed |= _settle(api, stored, lambda job: api.in_set("PUT", job.set_name, job.name))
    failed |= _switch(api, [job for job in jobs if job.step.number not in failed])
    gone = [job for job in jobs if not job.declaration and job.step.number not in failed]
    failed |= _settle(api, gone, lambda job: api.in_set("DELETE", job.set_name, job.name))
    gone = [job for job in gone if job.step.number not in failed]
    return failed | _settle(api, gone, lambda job: api.delete_declaration(job.name))


def _settle(api: Api, jobs: Sequence[Job], write: Callable[[Job], Request]) -> dict[int, str]:
    return dict(api.settle_all([(job.step.number, write(job)) for job in jobs]))


def _switch(api: Api, jobs: Sequence[Job]) -> dict[int, str]:
    groups: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        groups[job.set_name].append(job)
    asked = {name: None for group in groups.values() for name in group[0].activations}
    try:
        before = api.read_declarations(asked)
        after = {s: _switched(before, group) for s, group in groups.items()}
    except (OSError, ValueError) as error:
        return {job.step.number: f"its activation cannot be read: {error}" for job in jobs}
    written = {(s, one["Identifier"]): one for s, found in after.items() for one in found}
    on = {key: one for key, one in written.items() if decode_activation(one)}
    off = written.keys() - on.keys()
    failed = api.settle_all([(key, api.put_declaration(one)) for key, one in on.items()])
    failed |= api.settle_all([(k, api.in_set("PUT", *k)) for k in on.keys() - failed.keys()])
    failed |= _remove(api, off)
    wrong = {set_name: why for (set_name, _), why in failed.items()}
    return {job.step.number: wrong[job.set_name] for job in jobs if job.set_name in wrong}


def _switched(before: Mapping[str, Mapping[str, Any]], jobs: Sequence[Job]) -> list[Declaration]:
    """Return the activations of a set that have to be written; an empty one has to go.

    What one of them switches on is not switched on twice. Of those that are not ours everything
    else stays as it is, a condition say.
    """
    *adopted, own = jobs[0].activations
    apps = {name: decode_activation(before[name]) for name in jobs[0].activations if name in before}
    gone = {job.name for job in jobs if not job.declaration}
    others = frozenset[str]().union(*(apps[name] for name in adopted if name in apps))
    mine = apps.get(own, frozenset()) | {job.name for job in jobs if job.declaration} - others
    found = [encode_activation(own, mine - gone)] if mine else []
    for name in adopted:
        if name in apps and apps[name] & gone:
            rest = encode_activation(name, apps[name] - gone)
            said = {**before[name].get("Payload", {}), **rest["Payload"]}
            found.append({**rest, "Payload": said})
    return found


def _remove(api: Api, places: Set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    failed = api.settle_all([(key, api.in_set("DELETE", *key)) for key in places])
    gone = [(key, api.delete_declaration(key[1])) for key in places - failed.keys()]
    return failed | api.settle_all(gone)
