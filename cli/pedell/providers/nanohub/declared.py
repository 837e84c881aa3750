"""Declarations on their way: each into the server, into its set, and into the set's activation."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from pedell.payloads.apple import decode_activation, encode_activation
from pedell.providers.nanohub.api import Api
from pedell.providers.nanohub.codecs import activation_of
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
    try:
        before = api.read_declarations(map(activation_of, groups))
        after = {name: _switched(before.get(activation_of(name)), groups[name]) for name in groups}
    except (OSError, ValueError) as error:
        return {job.step.number: f"its activation cannot be read: {error}" for job in jobs}
    on = {name: apps for name, apps in after.items() if apps}
    off = {name for name in groups if not after[name] and activation_of(name) in before}
    failed = api.settle_all(
        [
            (name, api.put_declaration(encode_activation(activation_of(name), apps)))
            for name, apps in on.items()
        ]
    )
    failed |= api.settle_all(
        [(name, api.in_set("PUT", name, activation_of(name))) for name in on.keys() - failed.keys()]
    )
    failed |= _remove(api, off)
    return {job.step.number: failed[job.set_name] for job in jobs if job.set_name in failed}


def _switched(activation: Mapping[str, Any] | None, jobs: Sequence[Job]) -> frozenset[str]:
    apps = decode_activation(activation) if activation else frozenset()
    return (apps | {job.name for job in jobs if job.declaration}) - {
        job.name for job in jobs if not job.declaration
    }


def _remove(api: Api, sets: Set[str]) -> dict[str, str]:
    failed = api.settle_all(
        [(name, api.in_set("DELETE", name, activation_of(name))) for name in sets]
    )
    gone = [(name, api.delete_declaration(activation_of(name))) for name in sets - failed.keys()]
    return failed | api.settle_all(gone)
