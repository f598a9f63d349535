"""Stories brought in from outside."""

from __future__ import annotations

import sys

import click

from ..database import session
from ..models import PostState
from ..posts.actions import is_scheduled
from ..signals import post_imported, post_published, tell
from ..transfer.beside import pictures_beside
from ..transfer.markdown import StoryError, import_stories, read_stories
from .group import blog_option, mount_named, newsblog_group


@newsblog_group.command("import-markdown")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--publish", is_flag=True, help="Publish what does not say otherwise.")
@blog_option
def import_markdown(paths: tuple[str, ...], publish: bool, blog_name: str | None) -> None:
    """Bring in stories from Markdown files, folders of them, or standard input (-)."""
    mount = mount_named(blog_name)
    try:
        stories = read_stories(paths, sys.stdin.buffer, mount.settings.zone)
        done = import_stories(mount.blog, stories, mount.now(), publish=publish)
    except StoryError as error:
        session().rollback()
        raise click.ClickException(str(error)) from error
    session().commit()
    app = mount.app
    for story in done:
        if story.outcome != "unchanged":
            tell(
                post_imported,
                app,
                blog=mount.blog,
                post=story.post,
                created=story.outcome == "created",
            )
        if story.published:
            tell(post_published, app, blog=mount.blog, post=story.post)
        state = "scheduled" if is_scheduled(story.post, mount.now()) else story.post.state
        click.echo(f"{story.outcome}, {state}: {story.post.title}")
        if story.story.state == PostState.WITHDRAWN and story.post.state != PostState.WITHDRAWN:
            click.echo(
                f"{story.story.file}, line 1: readers never saw it, so it is not withdrawn",
                err=True,
            )
        for source in pictures_beside(story.post):
            click.echo(
                f"{story.story.file}: the picture {source} is not brought in, and readers do not"
                " see it; put it into the library, and write media: and its number instead",
                err=True,
            )
        for key, value in story.story.aside.items():
            click.echo(f"{story.story.file}, line {value.line}: left aside: {key}", err=True)
