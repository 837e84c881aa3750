"""The habits of real servers that surprise their clients, each under a name that switches it."""

from collections.abc import Iterable, Mapping

# Sources: facts on NanoMDM, KMFDDM and NanoHUB as observed on running servers. With a quirk off,
# the server answers as NanoMDM on PostgreSQL with a good push certificate would.
QUIRKS: Mapping[str, str] = {
    "push-fails": "Without a push certificate every notifying call answers 500, though done;"
    " no tablet is woken.",
    "kv-notnow-loss": "The key-value queue loses a command answered NotNow when another one stands"
    " behind it, and delivers the last one twice.",
    "unknown-id-accepted": "Key-value storage queues a command for an unknown id silently, for"
    " nobody (off: 500 by foreign key, and nothing is queued for anyone).",
    "duplicate-command-text": "The same CommandUUID again is refused in the words of key-value"
    " storage (off: in those of PostgreSQL).",
    "kv-dotted-names": "Key-value storage takes what stands in the set `a.b` for a part of the set"
    " `a` too, and the same with declarations; a device that has the set `a` gets nothing then.",
    "unordered-webhook": "The webhook keeps no order: TokenUpdate was seen before its"
    " Authenticate.",
    "lost-webhook": "The webhook is fire-and-forget: every n-th event never arrives (n is the"
    " value, 10 for true).",
    "notify-first-30": "Stand-alone KMFDDM sends the DeclarativeManagement command to the first 30"
    " enrolments only and still answers 204.",
    "queue-alive-after-checkout": "CheckOut only disables: enqueue still answers 200, and a device"
    " that keeps polling still gets commands (off: who has checked out is unknown).",
    "status-report-index": "A status report needs its index, counted from the newest: without it"
    " 500 `empty index`; search by status_id is unsupported. Nor does key-value storage filter"
    " values by their prefix, or tell only ten errors.",
}

Quirks = dict[str, int]
"""The quirks that are on, by name. The value is 1, or the quirk's own number."""

LOSE_EVERY = 10


def quirks_from(names: Iterable[str]) -> Quirks:
    """Return these quirks switched on, or raise ValueError for a name that does not exist."""
    quirks: Quirks = {}
    switch(quirks, dict.fromkeys(names, 1))
    return quirks


def switch(quirks: Quirks, wanted: Mapping[str, int]) -> None:
    """Switch quirks on (true or a number) and off (false or 0), all or none of them."""
    unknown = sorted(set(wanted) - set(QUIRKS))
    if unknown:
        known = ", ".join(QUIRKS)
        raise ValueError(f"unknown quirk: {', '.join(unknown)}. Known are {known}")
    for name, value in wanted.items():
        if value:
            quirks[name] = int(value)
        else:
            quirks.pop(name, None)


def lose_every(quirks: Quirks) -> int:
    """Return n where every n-th event is lost, 0 where none is."""
    value = quirks.get("lost-webhook", 0)
    return LOSE_EVERY if value == 1 else value
