"""The events of one pair of countries with aiokafka alone: nothing of khabar is needed but its topic.

python docs/examples/plain_aiokafka.py localhost:9092
"""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer

WANTED = {"RUS>PAK", "PAK>RUS", "PAK-RUS"}


async def main(bootstrap: str, *, follow: bool = True) -> list[str]:
    """Print events until stopped, or without `follow` what is there; returns the ids printed."""
    consumer = AIOKafkaConsumer(
        "news.events",
        bootstrap_servers=bootstrap,
        group_id="plain-reader",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    revisions: dict[str, int] = {}
    await consumer.start()
    try:
        while follow or not revisions:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    headers = dict(record.headers)
                    dyads = headers.get("ce_khabardyads", b"").decode().split(",")
                    if WANTED.isdisjoint(dyads):
                        continue  # told by the headers, before any JSON is read
                    event = json.loads(record.value)
                    if event["revision"] <= revisions.get(event["event_id"], 0):
                        continue  # delivery is at least once: a repeat
                    revisions[event["event_id"]] = event["revision"]
                    print(event["event_id"], event["revision"], event["status"], event["event_type"])
            await consumer.commit()  # after the work, so that nothing is skipped
    finally:
        await consumer.stop()
    return sorted(revisions)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
