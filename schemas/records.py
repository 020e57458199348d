"""The records by name: what may be found on a topic."""

from __future__ import annotations

from schemas.article import Article, JudgedArticle, RawArticle
from schemas.deadletter import DeadLetter
from schemas.decision import DeadDecision
from schemas.event import Event, Mention
from schemas.feed import FeedStatus

RECORDS: dict[str, type] = {
    "article": Article,
    "dead_decision": DeadDecision,
    "dead_letter": DeadLetter,
    "event": Event,
    "feed_status": FeedStatus,
    "judged_article": JudgedArticle,
    "mention": Mention,
    "raw_article": RawArticle,
}
