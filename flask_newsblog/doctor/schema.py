"""Whether the database has the tables, columns, indexes and constraints that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex

from ..database import Base, session
from ..models import Post
from .findings import Finding, Level, named

NAME = "tables"
_MIGRATE = "flask db migrate and flask db upgrade, or your own tool for migrations"
# A statement for each would fill the screen.
_WRITTEN_OUT = 3


def check_schema() -> Iterator[Finding]:
    """What our models have and the database has not."""
    inspector = sa.inspect(connection())
    there = set(inspector.get_table_names())
    missing = [table.name for table in Base.metadata.sorted_tables if table.name not in there]
    if missing:
        count = len(Base.metadata.sorted_tables)
        yield Finding(
            Level.ERROR,
            NAME,
            f"{len(missing)} of {count} tables are missing: {named(missing)}.",
            f"Run flask newsblog create-tables, or {_MIGRATE}.",
        )
    tables = [table for table in Base.metadata.sorted_tables if table.name in there]
    yield from _columns(inspector, tables)
    yield from _indexes(inspector, tables)
    yield from _references(inspector, tables)


def connection() -> sa.Connection:
    """The connection on which our tables are read and written."""
    return session().connection(bind_arguments={"mapper": sa.inspect(Post)})


def _columns(inspector: sa.Inspector, tables: list[sa.Table]) -> Iterator[Finding]:
    found = inspector.get_multi_columns(filter_names=[table.name for table in tables])
    columns = {(key[1], c["name"]): c["type"] for key, listed in found.items() for c in listed}
    missing, short = [], []
    for table in tables:
        for column in table.columns:
            there = columns.get((table.name, column.name))
            wanted, has = _length(column.type), _length(there)
            if there is None:
                missing.append(f"{table.name}.{column.name}")
            elif wanted and has and has < wanted:
                short.append(f"{table.name}.{column.name} ({has} instead of {wanted})")
    if missing:
        yield Finding(
            Level.ERROR,
            NAME,
            f"Columns are missing: {named(missing)}.",
            f"Bring the tables up to this version: {_MIGRATE}. create-tables changes no table"
            " that is there.",
        )
    if short:
        yield Finding(
            Level.ERROR,
            NAME,
            f"Columns hold fewer characters than is promised: {named(short)}.",
            f"Make them longer: {_MIGRATE}.",
        )


def _length(kind: Any) -> int | None:
    return kind.length if isinstance(kind, sa.String) else None


def _indexes(inspector: sa.Inspector, tables: list[sa.Table]) -> Iterator[Finding]:
    names = [table.name for table in tables]
    there: set[Any] = set()
    for found in (
        inspector.get_multi_indexes(filter_names=names),
        inspector.get_multi_unique_constraints(filter_names=names),
    ):
        there |= {part["name"] for listed in found.values() for part in listed}
    indexes = [i for t in tables for i in sorted(t.indexes, key=_name) if i.name not in there]
    if indexes:
        written = "; ".join(
            " ".join(str(CreateIndex(index).compile(inspector.bind)).split())
            for index in indexes[:_WRITTEN_OUT]
        )
        more = "; and so on" if len(indexes) > _WRITTEN_OUT else ""
        yield Finding(
            Level.WARNING,
            NAME,
            f"Indexes are missing, so pages get slow: {named(map(_name, indexes))}.",
            f"Make them by {_MIGRATE}, or by hand: {written}{more}",
        )
    unique = [
        _name(part)
        for table in tables
        for part in sorted(table.constraints, key=_name)
        if isinstance(part, sa.UniqueConstraint) and part.name not in there
    ]
    if unique:
        yield Finding(
            Level.ERROR,
            NAME,
            "Nothing keeps the database from storing twice what there must be once:"
            f" {named(unique)}.",
            f"Make the missing constraints: {_MIGRATE}. Rows that are there twice already have"
            " to be removed first.",
        )


def _references(inspector: sa.Inspector, tables: list[sa.Table]) -> Iterator[Finding]:
    found = inspector.get_multi_foreign_keys(filter_names=[table.name for table in tables])
    # By what they refer to: databases do not all keep their names.
    there = {
        (key[1], *part["constrained_columns"], part["referred_table"])
        for key, listed in found.items()
        for part in listed
    }
    missing = [
        _name(part)
        for table in tables
        for part in sorted(table.foreign_key_constraints, key=_name)
        if (table.name, *part.column_keys, part.referred_table.name) not in there
    ]
    if missing:
        yield Finding(
            Level.WARNING,
            NAME,
            f"Foreign keys are missing, so rows stay behind: {named(missing)}.",
            f"Make them: {_MIGRATE}.",
        )


def _name(part: Any) -> str:
    return str(part.name)
