"""The host's database, which the blogs share."""

from __future__ import annotations

from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, event
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base of the host's own models."""


db = SQLAlchemy(model_class=Base)


def prepare_sqlite(app: Flask) -> None:
    """Let readers read while somebody writes, and writers wait for each other.

    A transaction that reads and then writes fails at once if another wrote in between,
    however long the time-out. So whatever may write takes the lock when it begins
    (https://www.sqlite.org/lang_transaction.html).
    """
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        # Otherwise the driver begins transactions by itself, and too late.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
