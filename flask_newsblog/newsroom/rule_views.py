"""The rules of the desk in the newsroom: listed, tried, kept, removed and added again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from textwrap import shorten
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from ..audit import Deed
from ..comments import rules as desk_rules
from ..comments import tokens
from ..comments.attack import is_under_attack
from ..comments.checks import CHECKS, Outcome, judge
from ..comments.drafts import draft_of_nobody
from ..comments.private import signing_keys
from ..comments.rule_deeds import KIND_NAMES, write_down_rule
from ..comments.rule_values import RuleError, check_outcome
from ..comments.rules import Trial
from ..database import begin_anew, hold_row, row_number, session
from ..i18n import mark
from ..models import CommentState, Rule, RuleKind, RuleOutcome
from ..mount import Mount, this_blog
from ..people import Action
from ..posts.opening import post_number
from ..text.characters import keep_order
from ..text.typed import many_lines, one_line
from .access import person_here, staff
from .cards import STATE_NAMES
from .forms import OPEN_TOO_LONG, ConfirmForm
from .head import desk_head, draw_desk
from .meanwhile import seen_of
from .pages import Choice, StateFilter
from .rule_pages import CaughtRow, RuleForm, RuleRow, RulesPage, TextTest, TrialView, VerdictRow

ROWS, CAUGHT = 100, 20
_OUTCOMES = {RuleOutcome.HOLD: mark("Hold"), RuleOutcome.REFUSE: mark("Refuse")}
_VERDICTS = {
    Outcome.PUBLISH: mark("Note"),
    Outcome.HOLD: mark("Held"),
    Outcome.REFUSE: mark("Refused"),
}
_SPANS = {
    "": mark("For good"),
    "1": mark("For a day"),
    "7": mark("For a week"),
    "30": mark("For 30 days"),
    "365": mark("For a year"),
}
_THERE = mark(
    "There is a rule for this already, as it stands here, so nothing was saved yet. Save yours once"
    " more to put it in its place."
)
_MEANWHILE = mark("Somebody else added this rule at this very moment. Look at the list.")


@staff(Action.MODERATE)
def rules() -> ResponseReturnValue:
    """The list of rules, and what is done with one of them."""
    mount, now = this_blog(), this_blog().now()
    if request.method != "POST":
        return _page(mount, now)
    if not ConfirmForm().validate():
        return _page(mount, now, status=400, problem=mount.words.t(OPEN_TOO_LONG))
    act = {"save": _save, "try": _try, "remove": _remove, "again": _again, "test": _test}
    found = act.get(request.form.get("do", ""))
    if found is None:
        abort(400)
    try:
        return found(mount, now)
    except RuleError as error:
        session().rollback()
        return _page(mount, now, status=422, problem=str(error))
    except IntegrityError:
        session().rollback()
        return _page(mount, now, status=422, problem=mount.words.t(_MEANWHILE))


def _save(mount: Mount, now: datetime) -> ResponseReturnValue:
    kind, value, outcome, days, note = _typed()
    until = now + timedelta(days=int(days)) if days else None
    person, former = person_here() or abort(401), ""
    # What follows begins by holding the rule of this value, if there is one.
    begin_anew()
    there = desk_rules.find_rule(mount.blog, kind, value)
    if there is not None and hold_row(there) and desk_rules.is_in_force(there, now):
        if desk_rules.says(there, outcome, until, note):
            return redirect(mount.url("rules", saved=there.id), code=303)
        if request.form.get("seen") != seen_of(there):
            row, seen = _row(mount, there, now), seen_of(there)
            session().rollback()
            problem = mount.words.t(_THERE)
            return _page(mount, now, status=409, problem=problem, there=row, seen=seen)
        former = _told(mount, there)
    rule = desk_rules.add_rule(mount.blog, kind, value, outcome, person.name, now, until, note)
    number, deed = rule.id, Deed.EDIT if former else Deed.CREATE
    _write_down(mount, deed, rule, now, f"{former} → {_told(mount, rule)}" if former else "")
    session().commit()
    return redirect(mount.url("rules", saved=number), code=303)


def _try(mount: Mount, now: datetime) -> ResponseReturnValue:
    kind, value, outcome, _, _ = _typed()
    check_outcome(kind, outcome)
    return _page(mount, now, trial=desk_rules.try_rule(mount.blog, kind, value))


def _remove(mount: Mount, now: datetime) -> ResponseReturnValue:
    number = row_number(request.form.get("rule", ""))
    rule = desk_rules.with_number(mount.blog, number) if number is not None else None
    if rule is None:
        # Somebody else was quicker, and it is what was wanted.
        return redirect(mount.url("rules"), code=303)
    line = desk_rules.as_line(rule)
    _write_down(mount, Deed.DELETE, rule, now)
    desk_rules.remove_rule(rule)
    session().commit()
    token = tokens.removed_token(signing_keys(), mount.blog, line, now)
    return redirect(mount.url("rules", removed=token), code=303)


def _again(mount: Mount, now: datetime) -> ResponseReturnValue:
    person = person_here() or abort(401)
    line = _removed(mount, request.form.get("line", ""), now)
    if line and desk_rules.find_rule(mount.blog, *line.split("\t")[:3:2]) is not None:
        # Somebody has made one anew since, which stays as it is.
        return redirect(mount.url("rules"), code=303)
    found = desk_rules.import_rules(
        mount.blog, [line], RuleKind.WORD, RuleOutcome.HOLD, person.name, now
    )
    if found.added or found.changed:
        kind, _, value = line.split("\t")[:3]
        rule = desk_rules.find_rule(mount.blog, kind, value)
        assert rule is not None  # it is the one that was just kept
        _write_down(mount, Deed.CREATE, rule, now)
        session().commit()
    return redirect(mount.url("rules"), code=303)


def _write_down(mount: Mount, deed: Deed, rule: Rule, now: datetime, detail: str = "") -> None:
    write_down_rule(mount.words, person_here(), deed, rule, now, detail)


def _told(mount: Mount, rule: Rule) -> str:
    """What follows from a rule and until when, for the audit."""
    until = f"{rule.until:%Y-%m-%d %H:%M} UTC" if rule.until else "–"
    return f"{mount.words.t(_OUTCOMES[RuleOutcome(rule.outcome)])}, {until}"


def _test(mount: Mount, now: datetime) -> ResponseReturnValue:
    return _page(mount, now, tested=True)


def _removed(mount: Mount, token: str, now: datetime) -> str:
    """The rule that was removed here; a link from elsewhere puts none before a moderator."""
    return tokens.read_removed(signing_keys(), token, mount.blog, now) or ""


def _typed() -> tuple[str, str, str, str, str]:
    form = request.form
    kind, outcome = form.get("kind", RuleKind.WORD), form.get("outcome", RuleOutcome.HOLD)
    days = form.get("days", "")
    if kind not in KIND_NAMES or outcome not in _OUTCOMES or days not in _SPANS:
        abort(400)
    return kind, form.get("value", ""), outcome, days, form.get("note", "")


def _page(
    mount: Mount,
    now: datetime,
    *,
    status: int = 200,
    problem: str = "",
    there: RuleRow | None = None,
    seen: str = "",
    trial: Trial | None = None,
    tested: bool = False,
) -> Response:
    args = request.args
    kind, part = args.get("kind", ""), one_line(args.get("part"))
    if kind and kind not in KIND_NAMES:
        abort(404)
    before = post_number(args["before"]) if "before" in args else None
    found = desk_rules.page_of_rules(mount.blog, ROWS + 1, kind, part, before)
    saved = desk_rules.with_number(mount.blog, row_number(args.get("saved", "")) or 0)
    token = args.get("removed", "") if request.method != "POST" else ""
    removed = _removed(mount, token, now)
    older = ""
    if len(found) > ROWS:
        older = mount.url("rules", kind=kind or None, part=part or None, before=found[ROWS - 1].id)
    page = RulesPage(
        head=desk_head("rules"),
        form=ConfirmForm(),
        under_attack=is_under_attack(mount.blog, mount.settings, now),
        saved=saved.value if saved is not None and request.method != "POST" else "",
        removed=(*removed.split("\t"), "", "")[2],
        removed_line=token,
        rule=_rule_form(mount, problem, there, seen),
        trial=_trial(mount, trial) if trial is not None else None,
        test=_text_test(mount, now, tested),
        filters=_filters(mount, kind),
        part=part,
        rows=tuple(_row(mount, rule, now) for rule in found[:ROWS]),
        older=older,
    )
    answer = draw_desk("newsroom/rules.html", page, now)
    answer.status_code = status
    return answer


def _rule_form(mount: Mount, problem: str, there: RuleRow | None, seen: str) -> RuleForm:
    form = request.form

    def choices(names: dict[Any, str], chosen: str) -> tuple[Choice, ...]:
        return tuple(
            Choice(value, mount.words.t(name), value == chosen) for value, name in names.items()
        )

    return RuleForm(
        kinds=choices(KIND_NAMES, form.get("kind", "")),
        value=one_line(form.get("value")),
        outcomes=choices(_OUTCOMES, form.get("outcome", "")),
        spans=choices(_SPANS, form.get("days", "")),
        note=one_line(form.get("note")),
        seen=seen,
        problem=problem,
        there=there,
    )


def _text_test(mount: Mount, now: datetime, tested: bool) -> TextTest:
    form = request.form
    text = many_lines(form.get("text"))
    name, email, website = (one_line(form.get(part)) for part in ("name", "email", "website"))
    verdicts: Iterable[tuple[str, Any]] = ()
    if tested:
        draft = draft_of_nobody(mount.blog, mount.settings, text, name, email, website, now)
        verdicts = judge(draft, (*CHECKS, *mount.comment_checks))
    return TextTest(
        text=text,
        name=name,
        email=email,
        website=website,
        done=tested,
        verdicts=tuple(
            VerdictRow(check, mount.words.t(_VERDICTS[verdict.outcome]), verdict.reason)
            for check, verdict in verdicts
        ),
    )


def _trial(mount: Mount, trial: Trial) -> TrialView:
    shown = sorted(trial.hits, key=lambda hit: hit.state != CommentState.PUBLISHED)[:CAUGHT]
    return TrialView(
        value=one_line(request.form.get("value")),
        looked_at=trial.looked_at,
        caught=len(trial.hits),
        published=len(trial.published),
        rows=tuple(
            CaughtRow(
                mount.url("comment", comment_id=hit.id)
                if hit.state == CommentState.PUBLISHED
                else "",
                hit.author_name,
                hit.state,
                mount.words.t(STATE_NAMES[hit.state]),
                hit.created_at,
                shorten(keep_order(hit.body), 120, placeholder="…"),
                hit.title,
            )
            for hit in shown
        ),
    )


def _row(mount: Mount, rule: Rule, now: datetime) -> RuleRow:
    words = mount.words
    return RuleRow(
        id=rule.id,
        kind_name=words.t(KIND_NAMES[RuleKind(rule.kind)]),
        value=rule.value,
        outcome_name=words.t(_OUTCOMES[RuleOutcome(rule.outcome)]),
        until=rule.until,
        ended=rule.until is not None and rule.until <= now,
        made_by=rule.person_name,
        note=rule.note,
    )


def _filters(mount: Mount, here: str) -> tuple[StateFilter, ...]:
    words = mount.words
    names = {"": words.t("All")} | {str(kind): words.t(name) for kind, name in KIND_NAMES.items()}
    return tuple(
        StateFilter(name, mount.url("rules", kind=kind or None), kind == here)
        for kind, name in names.items()
    )
