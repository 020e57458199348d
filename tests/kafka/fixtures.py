"""Fixtures of real brokers."""

__all__: list[str] = []
