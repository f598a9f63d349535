"""Reports that a decision closes, and what opens them again. The thread is locked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, update

from ..database import session
from ..models import Comment, Report, length_of
from .journal import Act, Values, plain

# Stands in the history beside the columns of a comment: by number, when each report was
# closed and by whom, and nothing for an open one.
REPORTS = "reports"
_CLOSED_BY_LENGTH = length_of(Report.closed_by)


class Closed(NamedTuple):
    """How reports of a comment stood before something was done with them, and stand after."""

    before: Values
    after: Values


NOTHING_CLOSED = Closed({}, {})


def open_reports(comments: Collection[Comment]) -> Mapping[int, Sequence[Report]]:
    """What was reported of each of these comments and is not closed. One statement."""
    ids = [comment.id for comment in comments]
    query = select(Report).where(Report.comment_id.in_(ids), Report.closed_at.is_(None))
    found: dict[int, list[Report]] = {}
    for report in session().scalars(query.order_by(Report.id)):
        found.setdefault(report.comment_id or 0, []).append(report)
    return found


def close(comment: Comment, reports: Sequence[Report], act: Act) -> Closed:
    """Close all that was reported of a comment."""
    before = {str(report.id): _closing(report) for report in reports}
    comment.report_count = 0
    # One by one: to change all of a comment's at once locks gaps in their index on MariaDB.
    for report in reports:
        report.closed_at, report.closed_by = act.now, act.by.name[:_CLOSED_BY_LENGTH]
    session().flush()
    return _both(before, {str(report.id): _closing(report) for report in reports})


def put_back(comment: Comment, former: Values, latter: Values) -> Closed:
    """Let reports stand as they did in ``former``, each that stands as in ``latter`` still."""
    wanted, left = former.get(REPORTS), latter.get(REPORTS)
    if not wanted or not left:
        return NOTHING_CLOSED
    before, after = {}, {}
    found = select(Report).where(Report.id.in_([int(number) for number in wanted]))
    locked = found.order_by(Report.id).with_for_update()
    for report in session().scalars(locked.execution_options(populate_existing=True)):
        number = str(report.id)
        before[number] = _closing(report)
        if before[number] == left[number]:
            closed_at, report.closed_by = wanted[number] or (None, "")
            report.closed_at = datetime.fromisoformat(closed_at) if closed_at else None
        after[number] = _closing(report)
    session().flush()
    recount([comment.id])
    return _both(before, after)


def recount(comment_ids: Collection[int]) -> None:
    """Count anew what is open of what was reported of these comments."""
    for comment_id in sorted(comment_ids):
        still = select(func.count()).where(
            Report.comment_id == comment_id, Report.closed_at.is_(None)
        )
        session().execute(
            update(Comment)
            .where(Comment.id == comment_id)
            .values(report_count=still.scalar_subquery())
        )


def _closing(report: Report) -> Any:
    return [plain(report.closed_at), report.closed_by] if report.closed_at is not None else None


def _both(before: Values, after: Values) -> Closed:
    return Closed({REPORTS: before}, {REPORTS: after}) if before != after else NOTHING_CLOSED
