"""What plan, apply and drift share: which part of the inventory, with which limits."""

from pathlib import Path

import click

from pedell.commands import options
from pedell.model import EVERYTHING_AT_ONCE, Problem, Rejected, Rollout, tell
from pedell.pipeline import Choice
from pedell.stages.guard import Limits
from pedell.wiring import load_schemas

playbook = click.option(
    "-p",
    "--playbook",
    "playbook",
    type=click.Path(path_type=Path),
    help="Rollout with waves and gates; FILE#2 or FILE#NAME where it holds several.",
)
prune = click.option(
    "--prune", is_flag=True, help="Also take away what Pedell made and no file declares any more."
)
confirm = click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="SCHOOL",
    help="Allow at this school what deletes data or may cut devices off.",
)


def choose(
    limit: str, tags: str, playbook: Path | None, prune: bool, confirmed: tuple[str, ...]
) -> Choice:
    """Put the options together; rejects a playbook that is wrong."""
    rollout = _rollout(playbook) if playbook else EVERYTHING_AT_ONCE
    if prune and (tags or rollout.tags):
        raise click.UsageError(
            "--prune and tags do not go together: what nobody declares any more has no tag."
        )
    return Choice(
        limit=limit,
        tags=options.split_words(tags),
        rollout=rollout,
        prune=prune,
        limits=Limits(confirmed=frozenset(confirmed)),
    )


def _rollout(playbook: Path) -> Rollout:
    from pedell.language.playbooks import read_playbook

    name, _, entry = str(playbook).partition("#")
    rollouts = read_playbook(Path(name), load_schemas())
    if not entry and len(rollouts) == 1:
        return rollouts[0]
    for number, rollout in enumerate(rollouts, start=1):
        if entry in (str(number), rollout.name):
            return rollout
    known = ", ".join(f'{number} "{r.name}"' for number, r in enumerate(rollouts, start=1))
    detail = tell(
        "{file} holds several rollouts: {known}. Choose one: {file}#1", file=name, known=known
    )
    raise Rejected([Problem("E0220", detail, rollouts[0].source)])
