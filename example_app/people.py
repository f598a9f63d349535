"""The host's own people: who is signed in, and what the blogs are told of it."""

from __future__ import annotations

import re
from typing import Any

import click
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from flask_newsblog import Action, Person

from .database import db

bp = Blueprint("people", __name__)
login_manager = LoginManager()

# Browsers take a backslash for a slash, and leave tabs and line breaks out of an address.
_TREACHEROUS = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


class User(db.Model, UserMixin):  # type: ignore[name-defined,misc]
    """Somebody with an account at the host; an editor may do everything in the newsroom."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(255))
    is_editor: Mapped[bool] = mapped_column(default=False)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    name = StringField("Name", [InputRequired(), Length(max=80)])
    password = PasswordField("Password", [InputRequired(), Length(max=200)])


def current_person() -> Person | None:
    """The blogs' hook: who makes this request."""
    if not current_user.is_authenticated:
        return None
    return Person(str(current_user.id), current_user.name, current_user.email)


def can(person: Person, action: Action, thing: Any) -> bool:
    """The blogs' hook: editors may do everything, others nothing in the newsroom."""
    user = load_user(person.id)
    return user is not None and user.is_editor


def init_app(app: Flask) -> None:
    """Give the app its people."""
    login_manager.init_app(app)
    app.register_blueprint(bp)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> User | None:
    return db.session.get(User, int(user_id)) if user_id.isdecimal() else None


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        user = db.session.scalars(select(User).filter_by(name=form.name.data)).one_or_none()
        if user is not None and check_password_hash(user.password_hash, form.password.data or ""):
            login_user(user)
            return redirect(_own_address(request.args.get("next", "")), code=303)
        flash("That name and password do not belong together.")
    return render_template("sign_in.html", form=form)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if FlaskForm().validate():
        logout_user()
    return redirect(url_for("home"), code=303)


@bp.cli.command("add")
@click.argument("name")
@click.option("--editor", is_flag=True, help="May do everything in the newsroom.")
@click.password_option()
def add_user(name: str, editor: bool, password: str) -> None:
    """Give NAME an account: flask --app example_app people add NAME."""
    db.session.add(
        User(name=name, is_editor=editor, password_hash=generate_password_hash(password))
    )
    db.session.commit()
    click.echo(f"{name} can sign in.")


def _own_address(address: str) -> str:
    """The address if it is a path of this site, else the home page: never another site."""
    own = address.startswith("/") and not address.startswith("//")
    return address if own and not _TREACHEROUS.search(address) else url_for("home")
