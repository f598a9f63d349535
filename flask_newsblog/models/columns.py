"""What all tables are made with: names for their keys, limits and references."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint


def length_of(column: Any) -> int:
    """How many characters a column holds, as in ``length_of(Post.title)``."""
    length: int = column.type.length
    return length


def one_of(column: str, values: type[StrEnum], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def primary_key(table: str) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint("id", name=f"pk_{table}")


def refer(table: str, to: str, column: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"newsblog_{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete
    )
