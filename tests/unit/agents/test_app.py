"""The app is built with the settings that lose nothing, whatever Faust's own defaults are."""

from __future__ import annotations

import pytest
from mode import CrashingSupervisor

from agents.app import build
from agents.config import Settings
from agents.transport.kafka import Consumer, Producer, Transport


@pytest.fixture
def app():
    return build(Settings(broker="kafka://localhost:9", instance_id="slot-1"), names=()).app


def test_every_record_is_confirmed_by_all_replicas_and_written_once(app):
    producer = app.producer
    assert isinstance(producer, Producer)
    assert producer._settings_extra() == {"acks": "all", "enable_idempotence": True}
    assert app.conf.producer_acks == -1


def test_offsets_are_committed_by_us_each_second_and_a_new_group_begins_at_the_beginning(app):
    assert app.conf.broker_commit_interval == 1.0
    assert app.conf.consumer_auto_offset_reset == "earliest"
    assert app.conf.stream_wait_empty is True


def test_a_silent_worker_is_replaced_soon_and_a_worker_that_returns_takes_its_slot(app):
    assert (app.conf.broker_session_timeout, app.conf.broker_heartbeat_interval) == (10.0, 3.0)
    assert app.conf.consumer_group_instance_id == "slot-1"


def test_what_is_held_in_memory_is_bounded(app):
    assert app.conf.stream_buffer_maxsize == Settings().in_flight
    assert app.conf.consumer_max_fetch_size == app.conf.producer_max_request_size == Settings().max_message_bytes


def test_an_error_of_the_shell_ends_the_worker(app):
    assert app.conf.agent_supervisor is CrashingSupervisor


def test_a_batch_is_given_up_and_sent_again_within_minutes(app):
    assert app.conf.producer_request_timeout == 120.0


def test_nothing_of_fausts_web_server_or_topic_making_is_left_on(app):
    assert app.conf.web_enabled is False
    assert app.conf.topic_allow_declare is False


def test_the_transport_of_kafka_is_ours(app):
    assert isinstance(app.transport, Transport)
    assert Transport.Consumer is Consumer
