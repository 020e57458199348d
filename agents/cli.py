"""The `khabar` command: one sub-command a module, imported only when it is called."""

from __future__ import annotations

import argparse
import re
import sys
from importlib import import_module

COMMANDS: dict[str, tuple[str, str]] = {
    "replay": ("agents.replay", "send articles through the whole pipeline and show the events"),
    "process": ("agents.process", "run the stages without a broker: JSON Lines in, JSON Lines out"),
    "explain": ("agents.explain", "tell sentence by sentence why an article has the events it has"),
    "worker": ("agents.worker", "run the stage agents until stopped"),
    "poll": ("agents.poller.command", "poll the feeds of a catalog until stopped"),
    "feeds": ("agents.feeds.command", "look after the feed catalog: add, check, test, status, OPML"),
    "run": ("agents.run", "run the poller and all stage agents in one process"),
    "tail": ("agents.tail", "subscribe to the output topic"),
    "export": ("agents.export.command", "write the events, or the mentions, to a file"),
    "sink": ("agents.sink.command", "keep the events in a database: PostgreSQL"),
    "alerts": ("agents.alerts.command", "tell webhooks when rules over the events hold"),
    "web": ("agents.web.command", "serve the live page of the events"),
    "dlq": ("agents.dlq.command", "look at dead letters, send them again, or give them up"),
    "topics": ("agents.topics", "create and describe the topics"),
    "health": ("agents.health", "ask the process on this machine whether it is alive or ready"),
    "doctor": ("agents.doctor", "explain every setting and what is wrong"),
    "bench": ("agents.bench", "measure throughput and memory, stage by stage"),
}
USAGE_ERROR = 64
AGO = re.compile(r"-\d+[smhdw]")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the process exit code is returned."""
    arguments = _joined(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="khabar", description="News feeds in, linked events with evidence out.")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = arguments[0] if arguments else ""
    for name, (module, summary) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == wanted:
            command = import_module(module)
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


def _joined(arguments: list[str]) -> list[str]:
    """Join an option to a time before now that follows it, such as -2h, which looks like an option too."""
    joined: list[str] = []
    for argument in arguments:
        if AGO.fullmatch(argument) and joined and joined[-1].startswith("--"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


if __name__ == "__main__":
    sys.exit(main())
