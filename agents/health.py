"""`khabar health`: ask the process on this machine whether it is alive or ready; for health checks of containers."""

from __future__ import annotations

import ipaddress
import sys
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from agents.config import SettingError, read_settings

if TYPE_CHECKING:
    import argparse

    from agents.config import Settings

EX_OK, EX_NOT, EX_CONFIG = 0, 1, 78
PATIENCE = 5.0
PATHS = {"live": "/livez", "ready": "/readyz"}
LONGEST_ANSWER = 4096


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar health`."""
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument(
        "--live", dest="asked", action="store_const", const="live", help="whether it should be left running (default)"
    )
    asked.add_argument(
        "--ready", dest="asked", action="store_const", const="ready", help="whether it does its work at the moment"
    )
    parser.set_defaults(asked="live")


def run(args: argparse.Namespace) -> int:
    """Run `khabar health`: 0 yes, 1 no, 78 there is no metrics_port to ask at."""
    try:
        settings = read_settings()
    except SettingError as error:
        print(f"khabar health: {error}", file=sys.stderr)
        return EX_CONFIG
    if not settings.metrics_port:
        print("khabar health: metrics_port is 0: nobody answers", file=sys.stderr)
        return EX_CONFIG
    is_well, text = ask(settings, PATHS[args.asked])
    print(text.strip(), file=sys.stdout if is_well else sys.stderr)
    return EX_OK if is_well else EX_NOT


def ask(settings: Settings, path: str) -> tuple[bool, str]:
    """Ask at the address of the settings; says whether all is well, and the reasons where it is not."""
    connection = HTTPConnection(_host(settings.metrics_host), settings.metrics_port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == 200, answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
    except (OSError, HTTPException) as error:
        return False, f"no answer at {settings.metrics_host}:{settings.metrics_port}: {error}"
    finally:
        connection.close()


def _host(host: str) -> str:
    """Return an address to ask at: one that stands for every interface is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
