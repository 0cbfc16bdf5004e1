"""The commands of the chat: serving it, and its accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pullquote.ui.cli.failures import Command, advise, failures_told, say
from pullquote.ui.cli.options import ArchiveDir, Passages, ReaderName, Sure, archive_dir, reading
from pullquote.ui.server.request_log import LogFormat, request_log


def register(app: typer.Typer) -> None:
    """Add `chat` and `passwd` to the command line."""
    app.command("chat", cls=Command)(chat)
    app.command("passwd", cls=Command)(passwd)


def chat(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 7860,
    auth_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Let in only the users of this file; `pullquote passwd` makes it."),
    ] = None,
    mcp: Annotated[bool, typer.Option("--mcp", help="Serve ask, search and read_article as MCP tools, too.")] = False,
    read_only: Annotated[
        bool | None,
        typer.Option(
            "--read-only/--writable",
            help="Whether visitors can't add or remove articles (default: they can from this machine only).",
            show_default=False,
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A name that visitors may call the chat by, such as a proxy's; may be repeated, * is any (default: "
            "localhost and the --host; where other machines are let in, this machine's name and addresses, too).",
            show_default=False,
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="A proxy in front of the chat, whose X-Forwarded-For is believed; may be repeated. "
            "Questions are counted by account, else by address: without this, all visitors of a proxy count as one.",
            show_default=False,
        ),
    ] = None,
    root_path: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            help="Where a proxy puts the chat on its site: /pq for https://news.example/pq/ (docs/deploying.md).",
            show_default=False,
        ),
    ] = "",
    log_format: Annotated[
        LogFormat, typer.Option(help="How a question, search, upload, refusal or error is logged, a line each.")
    ] = LogFormat.TEXT,
    log_questions: Annotated[bool, typer.Option("--log-questions", help="Log what was asked, too.")] = False,
    reader: ReaderName = None,
    passages: Passages = None,
    sure: Sure = None,
    archive: ArchiveDir = None,
) -> None:
    """Ask in the browser. Ctrl-C, SIGTERM and SIGHUP end the chat once the questions being read are answered."""
    with request_log(log_format, questions=log_questions), failures_told():
        from pullquote.ui.server.middleware.known_hosts import is_here

        path = archive_dir(context, archive)
        if read_only is None:
            read_only = not is_here(host)
        chosen = reading(reader, passages, sure)
        say("loading the archive and the models ...")
        from pullquote.index.archive import Archive
        from pullquote.qa.engine import Engine
        from pullquote.ui.server.accounts import Accounts
        from pullquote.ui.server.serving import Serving, serve

        accounts = Accounts.load(auth_file) if auth_file else None
        if accounts is None and not is_here(host):
            say(f"everybody who reaches {host} can ask; --auth-file lets in only those with a password.")
        with Archive.open(path) as opened:
            advise(opened)
            how = Serving(
                host,
                port,
                accounts=accounts,
                mcp=mcp,
                read_only=read_only,
                names=tuple(allow_host or ()),
                proxies=tuple(proxy or ()),
                root_path=root_path,
            )
            serve(Engine(opened, **chosen), how, announce=say)


def passwd(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file for `chat --auth-file`; made if missing.")],
    user: Annotated[str, typer.Argument(metavar="USER", help="The user's name.")],
) -> None:
    """Add a user to the chat's accounts, or change their password. The password is asked for, or read from a pipe."""
    from pullquote.ui.server.accounts import add_user

    add_user(file, user, typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    say(f"{user} can sign in with --auth-file {file}")
