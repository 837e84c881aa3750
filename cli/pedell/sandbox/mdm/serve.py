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
from pedell.sandbox.mdm.faults import Faults
from pedell.sandbox.mdm.fleet import Fleet
from pedell.sandbox.mdm.quirks import quirks_from
from pedell.sandbox.mdm.site import KMFDDM, NANOHUB, NANOMDM, Face, Routes, Site
from pedell.sandbox.mdm.webhook import Webhook
from pedell.sandbox.mdm.wire import Connection, Response


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
    sites = _build_sites(config, mdm, Control(mdm, fleet, webhook))
    servers = {word: await _listen(listen, site) for word, (listen, site) in sites.items()}
    work = loop.create_task(_work(mdm, fleet, servers))
    work.add_done_callback(lambda _: stop.set())
    await stop.wait()
    for server in servers.values():
        server.close()
    webhook.close()
    if work.done():
        work.result()
    work.cancel()


def _build_sites(config: Config, mdm: Mdm, control: Control) -> Mapping[str, tuple[str, Site]]:
    """Return address and site, by the word under which the line that is printed has its URL."""
    faults, beside = Faults(), config.ddm
    face = NANOMDM if beside else NANOHUB
    routes = {**MdmApi(mdm, face).routes(), **control.routes()}
    routes |= {} if beside else DdmApi(mdm, face).routes()
    site = Site(face, config.api_key, {**routes, **_version(face)}, faults)
    sites = {"url": (config.listen, site)}
    if beside:
        routes = {**DdmApi(mdm, KMFDDM).routes(), **_version(KMFDDM)}
        sites["ddm_url"] = (beside.listen, Site(KMFDDM, beside.api_key, routes, faults))
    control.serve(site for _, site in sites.values())
    return sites


def _version(face: Face) -> Routes:
    answer = Response(200, json.dumps({"version": face.version}).encode())
    return {"/version": {"GET": lambda _, __: answer}}


async def _listen(address: str, site: Site) -> asyncio.Server:
    host, _, port = address.rpartition(":")
    return await asyncio.get_running_loop().create_server(
        lambda: Connection(site.answer), host.strip("[]"), int(port), backlog=1024
    )


async def _work(mdm: Mdm, fleet: Fleet, servers: Mapping[str, asyncio.Server]) -> None:
    """Enrol the tablets, say so, and let them work until the end."""
    await fleet.enrol_all(mdm)
    gc.collect()
    gc.freeze()  # the tablets stay: the collector need not look at them again and again
    gc.set_threshold(50_000, 20, 100)
    urls = {word: _url(server) for word, server in servers.items()}
    sys.stdout.write(json.dumps({**urls, "tablets": len(fleet.by_serial)}) + "\n")
    sys.stdout.flush()
    await fleet.run(mdm)


def _url(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
