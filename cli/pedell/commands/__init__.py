"""The command line. Each command is one file: read options, run the pipeline, show the result."""

import gc
import importlib
import os
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from pedell import __version__
from pedell.commands.exits import Exit, Leave
from pedell.sandbox import SandboxStoppedError

COMMANDS: Mapping[str, str] = {
    "adopt": "Take over what stands on a running MDM, as it stands.",
    "ansible-inventory": "Print the schools with a server as an inventory for Ansible.",
    "apply": "Do what a plan says.",
    "ca": "Make and list certificate authorities, which sign the servers' certificates.",
    "catch-up": "Read from the MDM's database what the listener has missed.",
    "completion": "Print what makes the shell complete commands and school ids.",
    "deliveries": "Count what was delivered and what is to come, share out what comes next.",
    "demo": "Show the whole tool on the sandbox, start to end.",
    "devices": "Take over a supplier's list of devices, check the lists.",
    "diff": "Show what a merge request changes, without any target.",
    "drift": "Show what somebody changed since the last apply.",
    "explain": "Show where a value of a school comes from.",
    "graph": "Show what waits for what.",
    "handover": "Show which devices may be handed over, and why others may not.",
    "help": "Explain an error number.",
    "import": "Turn Apple profiles of other systems into the files of an inventory.",
    "init": "Write a small inventory to start from.",
    "licences": "Count licences: needed, owned, short, and who goes without.",
    "list": "List schools, apps, targets, locks, runs.",
    "listen": "Wait for the events of an MDM and keep them.",
    "plan": "Show what would change. Changes nothing.",
    "profile": "Check Apple profiles and declarations from anywhere.",
    "sandbox": "Start, stop and look at the embedded sandbox.",
    "schema": "Print the JSON Schemas of the language; update what is known of Apple's.",
    "secret": "Set, edit, check and rotate the encrypted secrets of an inventory.",
    "server": "Record and check the host keys of servers.",
    "show": "Show what a school has in the end, everything filled in.",
    "status": "Show who is behind and since when. Wakes no tablet.",
    "sync": "Have tablets show what they hold, and follow their answers.",
    "validate": "Check an inventory. Touches no target.",
}

_MODULES = {"import": "import_"}
"""Commands whose name is a word of Python."""


class _Commands(click.Group):
    """Loads a command when it is called, so that the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's shape
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"pedell.commands.{_MODULES.get(name, name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from pedell.language.nearest import did_you_mean

            meant = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"No such command: {args[0]!r}. {meant}", ctx) from None


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: pedell demo, or pedell init FOLDER. German: PEDELL_LANG=de.",
)
@click.version_option(__version__, prog_name="pedell")
def cli() -> None:
    """Pedell looks after the devices and servers of all schools of one authority.

    YAML in git says what each school should have; plan shows what would change; apply does it.
    """


def main() -> NoReturn:
    """Run a command and leave with its exit code."""
    os.umask(0o077)
    _allow_many_lines()
    gc.set_threshold(1_000_000, 50, 50)  # a short run keeps nearly all it makes: a fifth faster
    signal.signal(signal.SIGTERM, _terminated)
    _leave_at_once(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        cli.main(arguments, prog_name="pedell", standalone_mode=False)
    except Leave as leave:
        if str(leave):
            click.echo(str(leave), err=True)
        _leave_at_once(leave.code)  # with it a whole plan would be taken apart, piece by piece
    except click.UsageError as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Nothing is lost: run it again to go on.", err=True)
        return Exit.INTERRUPTED
    except SystemExit:
        return Exit.TERMINATED
    except click.ClickException as error:
        error.show()
        return Exit.BUG
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.BUG
    except SandboxStoppedError as error:
        click.echo(str(error), err=True)
        return Exit.UNREACHABLE
    except OSError as error:
        click.echo(f"It did not work: {_in_words(error)}", err=True)
        return Exit.BUG
    except Exception as error:  # the last door: a bug of ours is told in one sentence
        if os.environ.get("PEDELL_DEBUG"):
            raise
        click.echo(f"A bug of Pedell: {type(error).__name__}: {error}", err=True)
        click.echo("Nothing is lost. PEDELL_DEBUG=1 shows where it happened.", err=True)
        return Exit.BUG
    return Exit.DONE


def _in_words(error: OSError) -> str:
    """Say what went wrong, and with which file; numbers of the system are for nobody."""
    if error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _allow_many_lines() -> None:
    """Take as many open files as we may: each target has one, and the usual limit is 1,024."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _leave_at_once(code: int) -> NoReturn:
    """Leave without waiting and without tidying up: the system takes everything back at once.

    A thread may listen to a server that never answers, and freeing a large plan takes its time.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def _terminated(_: int, __: FrameType | None) -> NoReturn:
    sys.exit(Exit.TERMINATED)
