"""Runs a sandbox MDM until it is told to stop."""

import asyncio
import gc
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from pedell.sandbox.mdm.api_ddm import DdmApi
from pedell.sandbox.mdm.api_mdm import MdmApi
from pedell.sandbox.mdm.config import Config, read_config
from pedell.sandbox.mdm.control import Control
from pedell.sandbox.mdm.core import Mdm
from pedell.sandbox.mdm.fleet import Fleet
from pedell.sandbox.mdm.quirks import quirks_from
from pedell.sandbox.mdm.site import Site
from pedell.sandbox.mdm.webhook import Webhook
from pedell.sandbox.mdm.wire import Connection


def run_mdm(config: Mapping[str, Any]) -> None:
    """Serve until SIGTERM or SIGINT; print one line of JSON when every tablet is enrolled.

    The keys are those of the configuration file (``config.read_config``). Raises ValueError or
    KeyError for a wrong configuration, OSError where it cannot listen.
    """
    asyncio.run(_serve(read_config(config)))


async def _serve(config: Config) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    quirks = quirks_from(config.quirks)
    webhook = Webhook(config.webhook, quirks)
    fleet = Fleet(config.tablets, config.behaviour, webhook)
    mdm = Mdm(quirks, webhook.publish, fleet.push)
    site = _build_site(config, mdm, fleet, webhook)
    host, _, port = config.listen.rpartition(":")
    server = await loop.create_server(
        lambda: Connection(site.answer), host.strip("[]"), int(port), backlog=1024
    )
    work = loop.create_task(_work(mdm, fleet, server))
    work.add_done_callback(lambda _: stop.set())
    await stop.wait()
    server.close()
    webhook.close()
    if work.done():
        work.result()
    work.cancel()


def _build_site(config: Config, mdm: Mdm, fleet: Fleet, webhook: Webhook) -> Site:
    control = Control(mdm, fleet, webhook)
    routes = {**MdmApi(mdm).routes(), **DdmApi(mdm).routes(), **control.routes()}
    site = Site(config.api_key, routes)
    control.serve(site)
    return site


async def _work(mdm: Mdm, fleet: Fleet, server: asyncio.Server) -> None:
    """Enrol the tablets, say so, and let them work until the end."""
    await fleet.enrol_all(mdm)
    gc.collect()
    gc.freeze()  # the tablets stay: the collector need not look at them again and again
    gc.set_threshold(50_000, 20, 100)
    host, port = server.sockets[0].getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    line = {"url": f"http://{name}:{port}", "tablets": len(fleet.by_serial)}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    await fleet.run(mdm)
