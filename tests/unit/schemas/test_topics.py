from __future__ import annotations

import pytest

from schemas.topics import TopicError, TopicSpec, _spec, topics

GOOD = """
name = "news.x"
summary = "s"
key = "k"
record = "article"
version = "1.0"
producers = ["a"]
consumers = ["b"]
public = false
partitions = 4
cleanup = "delete"
retention_days = 7
"""

DAY = 86_400_000


def test_the_topics_of_the_design_exist():
    assert {
        name: (spec.record, spec.partitions, spec.cleanup, spec.retention_days) for name, spec in topics().items()
    } == {
        "news.raw": ("raw_article", 4, "delete", 14),
        "news.articles": ("article", 8, "delete", 7),
        "news.unique": ("judged_article", 4, "delete", 7),
        "news.mentions": ("mention", 4, "delete", 30),
        "news.events": ("event", 4, "compact", None),
        "news.dead": ("dead_letter", 4, "delete", 30),
        "news.decisions": ("dead_decision", 1, "delete", 60),
        "news.feeds": ("feed_status", 4, "compact", None),
    }
    assert {name for name, spec in topics().items() if spec.public} == {"news.mentions", "news.events"}


def test_the_configuration_is_what_kafka_takes():
    assert topics()["news.raw"].config() == {
        "cleanup.policy": "delete",
        "compression.type": "gzip",
        "max.message.bytes": "2097152",
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": "1",
        "unclean.leader.election.enable": "false",
        "retention.ms": str(14 * DAY),
        "segment.ms": str(DAY),
    }
    compacted = topics()["news.events"].config(replicas=3)
    assert compacted["cleanup.policy"] == "compact"
    assert compacted["min.insync.replicas"] == "2"
    assert "retention.ms" not in compacted


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_a_topic_survives_the_loss_of_a_broker_where_it_can(replicas, in_sync):
    assert topics()["news.raw"].config(replicas)["min.insync.replicas"] == in_sync


def test_the_stages_are_a_chain():
    specs = topics()
    for stage, source, sink in [
        ("language", "news.raw", "news.articles"),
        ("dedup", "news.articles", "news.unique"),
        ("events", "news.unique", "news.mentions"),
        ("linking", "news.mentions", "news.events"),
    ]:
        assert stage in specs[source].consumers
        assert specs[sink].producers == (stage,)
        assert stage in specs["news.dead"].producers


def test_a_good_file_is_read():
    assert isinstance(_spec("news.x.toml", GOOD), TopicSpec)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"news.x"', '"news.y"', "named after it"),
        ('"article"', '"poem"', "no record 'poem'"),
        ("partitions = 4", "partitions = 0", "at least 1"),
        ("partitions = 4", 'partitions = "4"', "field partitions: expected an integer"),
        ('"delete"', '"keep"', "field cleanup: expected one of delete, compact"),
        ('"delete"', '"compact"', "compaction has none"),
        ("retention_days = 7", "", "needs retention_days"),
        ('key = "k"', "", "field key: missing"),
        ('key = "k"', 'key = "k"\ncolour = 1', "field colour: unknown field"),
        ('key = "k"', "key =", "news.x.toml"),
    ],
)
def test_a_malformed_file_is_told_by_name(old, new, message):
    with pytest.raises(TopicError, match=r"news\.x\.toml: ") as caught:
        _spec("news.x.toml", GOOD.replace(old, new))
    assert message in str(caught.value)
