"""Alerts: rules over events, evaluated in event time alone, so that a replay gives what the live run gave."""
