"""Every address of the site, on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from . import errors
from .comments import mail_views as mailing
from .comments import own_views as own
from .comments import proof_views as proof
from .comments import report_views as reports
from .comments import views as comments
from .comments import waiting_views as waiting
from .database import LARGEST_ID
from .newsroom import audit_views as audited
from .newsroom import autosave_views as keeping
from .newsroom import banner_views as breaking
from .newsroom import calendar_views as planning
from .newsroom import comment_views as desk
from .newsroom import correction_views as correcting
from .newsroom import front_views as fronts
from .newsroom import link_views as links
from .newsroom import live_views as live
from .newsroom import media_views as library
from .newsroom import name_end_views as ended
from .newsroom import name_views as named
from .newsroom import picture_views as pictures
from .newsroom import preview_views as sharing
from .newsroom import publishing_views as deciding
from .newsroom import reading_views as reading
from .newsroom import report_views as reported
from .newsroom import revision_views as revised
from .newsroom import rule_views as ruled
from .newsroom import settings_views as settled
from .newsroom import story_views as writing
from .newsroom import views as newsroom
from .posts import correction_views as corrected
from .posts import preview_views as drafts
from .posts import views as posts
from .settings import Settings

_READ = ("GET",)
_ACT = ("POST",)
_FORM = ("GET", "POST")


class Digits(BaseConverter):
    """A number in an address, of so many digits, or else of any that a row may have.

    Flask's own ``int`` looks at the number only when it has chosen the rule, and then no
    other rule is asked: the visitor would get the host's page instead of the blog's.
    """

    weight = IntegerConverter.weight

    def __init__(self, url_map: Map, digits: int = 0) -> None:
        super().__init__(url_map)
        self.digits = digits
        self.regex = f"[0-9]{{{digits or f'1,{len(str(LARGEST_ID))}'}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value).zfill(self.digits)


CONVERTERS = {"newsblog_digits": Digits}


class Address(NamedTuple):
    """A rule below the blog's own address, the endpoint that names it, the view that answers."""

    rule: str
    endpoint: str
    view: Callable[..., ResponseReturnValue]
    methods: tuple[str, ...] = _READ


def addresses(settings: Settings) -> list[Address]:
    """All addresses of a blog with these settings."""
    year, month, day = (
        f"<newsblog_digits({digits}):{part}>"
        for part, digits in (("year", 4), ("month", 2), ("day", 2))
    )
    number = "<newsblog_digits:{}>"
    comment_id, post_id, mail = (
        number.format(name) for name in ("comment_id", "post_id", "subscription_id")
    )
    return [
        Address("/", "front", posts.front),
        Address(settings.permalink_rule, "post", comments.story),
        Address("/sections/<slug>/", "section", posts.section),
        Address("/tags/<slug>/", "tag", posts.tag),
        Address("/authors/<slug>/", "author", posts.author),
        Address(f"/{year}/", "year", posts.year),
        Address(f"/{year}/{month}/", "month", posts.month),
        Address(f"/{year}/{month}/{day}/", "day", posts.day),
        Address("/media/<path:key>", "media", posts.media),
        Address(f"/comments/{comment_id}", "comment", comments.comment),
        Address(f"/comments/{comment_id}/report", "report", reports.report, _FORM),
        Address(f"/corrections/report/{post_id}", "report_error", reports.report_error, _FORM),
        *_replies(post_id),
        *_own(comment_id, mail),
        *_newsroom(comment_id),
        *_stories(post_id),
        *_front_and_audit(),
        *_sharing(post_id),
        *_publishing(post_id),
        *_pictures(post_id, number.format("media_id")),
        *_names(number),
        *_keeping(post_id, number.format("number")),
        *_planning(post_id),
        # Everything else, so that a wrong address or method gets the blog's own page.
        Address("/", errors.LOST, errors.lost, errors.CHANGING),
        Address("/<path:address>", errors.LOST, errors.lost, errors.METHODS),
    ]


def _replies(post_id: str) -> list[Address]:
    """Where replies are sent, and what becomes of them."""
    return [
        Address(f"/replies/{post_id}", "reply", comments.reply, _FORM),
        Address(f"/replies/challenge/{post_id}", "challenge", waiting.challenge),
        Address("/replies/waiting/<token>", "waiting", waiting.waiting),
        Address("/replies/confirm/<token>", "confirm_address", proof.confirm_address, _FORM),
        Address("/replies/unsubscribe/<token>", "unsubscribe", mailing.unsubscribe, _FORM),
    ]


def _own(comment_id: str, mail: str) -> list[Address]:
    """What readers do with what they wrote."""
    mine = "/replies/mine/<token>"
    return [
        Address("/replies/mine", "own_here", own.own_comments),
        Address(mine, "own", own.own_comments),
        Address(f"{mine}/edit/{comment_id}", "own_edit", own.own_edit, _FORM),
        Address(f"{mine}/delete/{comment_id}", "own_delete", own.own_delete, _FORM),
        Address(f"{mine}/stop/{mail}", "own_stop", own.own_stop, _ACT),
        Address(f"{mine}/export", "own_export", own.own_export),
        Address(f"{mine}/erase", "own_erase", own.own_erase, _FORM),
    ]


def _newsroom(comment_id: str) -> list[Address]:
    """Those of the staff."""
    one_comment = f"/newsroom/comments/{comment_id}"
    return [
        Address("/newsroom/", "newsroom", newsroom.door),
        Address("/newsroom/comments/by-link/<token>", "judge_by_link", links.judge_by_link, _FORM),
        Address("/newsroom/reports/", "reports", reported.reported, _FORM),
        Address("/newsroom/sign-in/<secret>", "sign_in", newsroom.sign_in, _FORM),
        Address("/newsroom/rules/", "rules", ruled.rules, _FORM),
        Address("/newsroom/sign-out", "sign_out", newsroom.sign_out, _ACT),
        Address("/newsroom/comments/", "moderation", desk.moderation),
        Address("/newsroom/comments/act", "moderate", desk.moderate, _ACT),
        Address("/newsroom/comments/undo", "undo_moderation", desk.undo_moderation, _ACT),
        Address(one_comment, "moderated_comment", desk.moderated_comment),
        Address(f"{one_comment}/edit", "edit_comment", desk.edit_comment, _ACT),
        Address(f"{one_comment}/ban", "ban_writer", desk.ban_writer, _ACT),
    ]


def _stories(post_id: str) -> list[Address]:
    """Where stories are made."""
    one_story = f"/newsroom/posts/{post_id}/"
    return [
        Address("/newsroom/posts/new", "new_post", writing.new_post, _FORM),
        Address(one_story, "edit_post", writing.edit_post, _FORM),
        Address(f"{one_story}read", "read_post", reading.read_post),
        Address("/newsroom/preview", "live_preview", live.live_preview, _ACT),
    ]


def _pictures(post_id: str, media_id: str) -> list[Address]:
    """Where pictures are kept, and put over stories."""
    room = "/newsroom/media/"
    one_picture = f"{room}{media_id}/"
    return [
        Address(room, "media_library", library.media_library),
        Address(f"{room}upload", "upload_media", library.upload_media, _ACT),
        Address(one_picture, "edit_picture", pictures.edit_picture, _FORM),
        Address(f"{one_picture}delete", "delete_picture", pictures.delete_picture, _ACT),
        Address(
            f"/newsroom/posts/{post_id}/lead-picture",
            "set_lead_picture", pictures.set_lead_picture, _ACT,
        ),
    ]  # fmt: skip


def _names(number: str) -> list[Address]:
    """Where sections, tags and authors are named, put in order, merged and deleted."""
    names = "/newsroom/names/"
    section_id, tag_id, author_id = map(number.format, ("section_id", "tag_id", "author_id"))
    section, tag, author = (
        f"{names}sections/{section_id}/", f"{names}tags/{tag_id}/", f"{names}authors/{author_id}/",
    )  # fmt: skip
    return [
        Address(names, "names_sections", named.names_sections, _FORM),
        Address(f"{names}tags/", "names_tags", named.names_tags, _FORM),
        Address(f"{names}authors/", "names_authors", named.names_authors, _FORM),
        Address(section, "edit_section", named.edit_section, _FORM),
        Address(tag, "edit_tag", named.edit_tag, _FORM),
        Address(author, "edit_author", named.edit_author, _FORM),
        Address(f"{section}merge", "merge_section", ended.merge_section, _FORM),
        Address(f"{tag}merge", "merge_tag", ended.merge_tag, _FORM),
        Address(f"{author}merge", "merge_author", ended.merge_author, _FORM),
        Address(f"{section}delete", "delete_section", ended.delete_section, _FORM),
        Address(f"{tag}delete", "delete_tag", ended.delete_tag, _FORM),
        Address(f"{author}delete", "delete_author", ended.delete_author, _FORM),
    ]


def _keeping(post_id: str, number: str) -> list[Address]:
    """Where no word of a story is lost."""
    one_story = f"/newsroom/posts/{post_id}"
    history = f"{one_story}/revisions/"
    return [
        Address(f"{one_story}/autosave", "autosave", keeping.autosave, _ACT),
        Address(f"{one_story}/here", "here_in_story", keeping.here_in_story, _ACT),
        Address(f"{one_story}/unsaved", "drop_unsaved", keeping.drop_unsaved, _ACT),
        Address(history, "revisions", revised.story_revisions),
        Address(f"{history}{number}", "revision", revised.story_revision, _FORM),
    ]


def _front_and_audit() -> list[Address]:
    """Where the front page is put together, and where one reads who did what, what is in force."""
    return [
        Address("/newsroom/front/", "front_desk", fronts.front_desk, _FORM),
        Address("/newsroom/front/breaking/", "banners", breaking.banners, _FORM),
        Address("/newsroom/audit/", "audit", audited.audit),
        Address("/newsroom/audit/export", "audit_export", audited.audit_export),
        Address("/newsroom/settings/", "settings_desk", settled.settings_desk),
    ]


def _sharing(post_id: str) -> list[Address]:
    """Drafts for who has a link to them, and what is said of stories that are out."""
    one_story = f"/newsroom/posts/{post_id}"
    return [
        Address(f"{one_story}/previews/", "previews", sharing.previews, _FORM),
        Address(f"{one_story}/corrections/", "corrections_desk", correcting.corrections, _FORM),
        Address("/preview/<secret>", "preview", drafts.preview, _FORM),
        Address("/corrections/", "corrections", corrected.corrections),
        Address(f"/changes/{post_id}/", "changes", corrected.changes),
    ]


def _publishing(post_id: str) -> list[Address]:
    """Where it is decided what becomes of a story."""
    return [
        Address(f"/newsroom/posts/{post_id}/publishing", "publishing", deciding.publishing, _FORM),
    ]


def _planning(post_id: str) -> list[Address]:
    """What is to come, and when."""
    return [
        Address("/newsroom/calendar/", "calendar", planning.calendar),
        Address(f"/newsroom/posts/{post_id}/plan", "plan_post", planning.plan_post, _FORM),
    ]
