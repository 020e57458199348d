"""The embedded broker: partitioned logs in memory or in one SQLite file, behind Faust's transport interface."""
