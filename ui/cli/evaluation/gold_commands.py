"""The commands that make a gold set of one's own: `gold init`, `gold add`, `gold review`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pullquote.articles import Article
from pullquote.errors import InputError
from pullquote.filters import parse_date
from pullquote.ui.cli.evaluation.dialogue import DialogueEnded, has_terminal
from pullquote.ui.cli.failures import Command, Commands, say
from pullquote.ui.cli.options import ArchiveDir, chosen_archive
from pullquote.ui.wording import count

if TYPE_CHECKING:
    from pullquote.eval.gold.own_sets import Added, OwnSet
    from pullquote.index.archive import Archive

SetPath = Annotated[Path, typer.Argument(metavar="SET", help="A set's folder, or a .jsonl file of questions.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the command line."""
    group = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    group.command("init", cls=Command)(init)
    group.command("add", cls=Command)(add)
    group.command("review", cls=Command)(review)
    app.add_typer(group, name="gold")


_HELP = "Make a gold set of your own: questions with their known answers, for `eval` and `calibrate`."


def init(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="SET", help="A new folder, or a new file that ends in .jsonl.")],
    archive: ArchiveDir = None,
) -> None:
    """Make an empty set. A folder remembers the archive that its questions are asked of, and explains itself."""
    from pullquote.eval.gold.own_sets import make_set

    make_set(path, chosen_archive(context, archive))
    print(f"{path} is an empty gold set. Add a question: pullquote gold add {path} QUESTION")


def add(
    context: typer.Context,
    path: SetPath,
    question: Annotated[str | None, typer.Argument(help="A question.", show_default=False)] = None,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="WORDS", help="Its answer, as printed; may be repeated.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The day on which it is asked.")] = None,
    article: Annotated[
        str, typer.Option(metavar="ID|URL", help="The article that prints the answer (default: it is searched for).")
    ] = "",
    unanswerable: Annotated[
        bool, typer.Option("--unanswerable", help="The archive has no answer to it, and none is right.")
    ] = False,
    story: Annotated[
        str, typer.Option(metavar="NAME", help="What it is about: questions of one story go together.")
    ] = "",
    from_feedback: Annotated[
        bool, typer.Option("--from-feedback", help="Add what was said in the chat of the archive's answers.")
    ] = False,
    from_table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Add the rows of a .csv or .tsv: question, answer, as_of, article, no answer."
        ),
    ] = None,
    archive: ArchiveDir = None,
) -> None:
    """Add questions: one, the chat's verdicts, or a spreadsheet's rows.

    Answers are looked up in the archive, and their places kept. Of a question without --answer, passages are shown on a
    terminal, to say which words answer.
    """
    single = question is not None
    if single + from_feedback + (from_table is not None) != 1:
        raise InputError("Give one QUESTION, or --from-feedback, or --from-table FILE.")
    if not single and (answer or as_of or article or unanswerable or story):
        raise InputError("--answer, --as-of, --article, --unanswerable and --story go with a QUESTION.")
    if answer and unanswerable:
        raise InputError("A question with an answer isn't --unanswerable.")
    from pullquote.eval.gold.own_sets import OwnSet

    own = OwnSet(path)
    with _archive(own, context, archive) as opened:
        if from_feedback:
            _add_feedback(own, opened)
        elif from_table is not None:
            _add_table(own, from_table, opened)
        else:
            day = parse_date(as_of, name="--as-of")
            row: dict[str, Any] = {"question": (question or "").strip()}
            row |= {"as_of": str(day)} if day else {}
            row |= {"story": story} if story else {}
            _add_one(own, row, answer or [], opened, article=article, unanswerable=unanswerable)


def _add_one(
    own: OwnSet,
    row: dict[str, Any],
    answers: Sequence[str],
    archive: Archive | None,
    *,
    article: str,
    unanswerable: bool,
) -> None:
    if not row["question"]:
        raise InputError("The question is empty.")
    if unanswerable:
        row |= {"type": "unanswerable"}
    elif answers:
        row |= {"answers": list(dict.fromkeys(answers))}
        if archive is not None:
            row, missing = _with_places(row, archive, article)
            if missing:
                raise InputError(_not_printed(missing, article))
    elif not has_terminal():
        raise InputError("What answers it? Give --answer WORDS or --unanswerable, or run this in a terminal.")
    elif archive is None:
        raise InputError("Which archive shall be searched for what answers it? Give --archive DIR, or --answer WORDS.")
    else:
        from pullquote.ui.cli.evaluation.choosing_places import choose_places

        try:
            row |= choose_places(archive, row["question"], parse_date(row.get("as_of"))).facts()
        except DialogueEnded:
            say("nothing was added.")
            raise typer.Exit(1) from None
    _tell(own, own.add([row], dropped_too=True), "The question is in the set already.")


def _add_feedback(own: OwnSet, archive: Archive | None) -> None:
    if archive is None:
        raise InputError("Which archive's chat? Give --archive DIR, or set PULLQUOTE_ARCHIVE.")
    from pullquote.ui.chat.feedback import FeedbackStore, proposed_rows

    rows = proposed_rows(FeedbackStore.beside(archive).verdicts())
    if not rows:
        say(f"nobody has said in the chat of {archive.path} which answers are right or wrong.")
    _tell(own, own.add([row | {"from": "feedback"} for row in rows]), "Nothing was added.")


def _add_table(own: OwnSet, file: Path, archive: Archive | None) -> None:
    from pullquote.eval.gold.files import BadRow, OpenRow, gold_question
    from pullquote.eval.gold.tables import read_table

    table = read_table(file)
    bad = list(table.skipped)
    if table.unused:
        say(f"{file}: nothing is made of the columns {', '.join(table.unused)}; they are kept in the rows.")
    rows = []
    for one in table.rows:
        row, told = one.row | {"from": Path(one.where).name}, ""
        try:
            gold_question({"id": "new"} | row, one.where)
            if archive is not None and row.get("answers"):
                row, missing = _with_places(row, archive, one.article)
                told = f"{_not_printed(missing, one.article)} It is kept without an answer." if missing else ""
            elif one.article:
                row = row | {"table": row.get("table", {}) | {"article": one.article}}
        except OpenRow:
            told = "there is no answer yet; a review asks for one."
        except (BadRow, InputError) as error:
            bad.append(f"{one.where}: {str(error).rstrip('.')}.")
            continue
        if told:
            say(f"{one.where}: {told}")
        rows.append(row)
    for sentence in bad:
        say(f"left out: {sentence}")
    _tell(own, own.add(rows), "Nothing was added.")
    if bad and not rows:
        raise typer.Exit(1)


def _with_places(row: Mapping[str, Any], archive: Archive, article: str) -> tuple[dict[str, Any], str]:
    """Return a row with the places that print its answers, and the first answer that is printed nowhere, or "".

    With such an answer the row is open: what was proposed stays in it.
    """
    from pullquote.eval.gold.places import places

    spans, answers = [], []
    for answer in row["answers"]:
        found = places(archive, row["question"], answer, parse_date(row.get("as_of")), article=article)
        if not found:
            return dict(row) | {"open": True}, answer
        spans += found
        answers += [span.text for span in found]
    wordings = list(dict.fromkeys(answers))
    return dict(row) | {"answers": wordings, "spans": [asdict(one) for one in dict.fromkeys(spans)]}, ""


def _not_printed(answer: str, article: str) -> str:
    where = f"in {article}" if article else "in the passages found"
    return (
        f"“{answer}” is printed nowhere {where}: give the words as they are printed. Other ways to write a number, a "
        "day or a name are accepted anyway."
    )


def _tell(own: OwnSet, added: Added, nothing: str) -> None:
    for number, words in ((added.known, "in the set already"), (added.dropped, "dropped from it before")):
        if number and (added.ids or number > 1):
            say(f"{count(number, 'question')} {'is' if number == 1 else 'are'} {words}.")
    if not added.ids:
        print(nothing)
        return
    named = ", ".join(added.ids[:3]) + (f" and {len(added.ids) - 3:,} more" if len(added.ids) > 3 else "")
    print(f"Added to {own.path}: {named}. To look them through: pullquote gold review {own.path}")


def review(
    context: typer.Context,
    path: SetPath,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who reviews (default: the user's name).")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also what has been reviewed.")] = False,
    archive: ArchiveDir = None,
) -> None:
    """Walk the questions that nobody has reviewed: keep, edit, drop, skip or quit, by a key each.

    What is decided is kept at once, so that a review may stop at any question and go on later. Without a terminal, the
    keys are read from stdin, one a line.
    """
    from pullquote.eval.gold.own_sets import OwnSet
    from pullquote.ui.cli.evaluation.reviewing import Review

    own = OwnSet(path)
    strange = sum(line.row is None for line in own.lines())
    if strange:
        say(
            f"{count(strange, 'line')} of {own.questions_file} can't be read as questions and "
            f"{'stays as it is' if strange == 1 else 'stay as they are'}."
        )
    with _archive(own, context, archive) as opened:
        done = Review(own, opened, _articles(own, opened), by=by, again=again).run()
    print(
        f"{done.kept:,} kept, {done.edited:,} edited, {done.dropped:,} dropped, {done.skipped:,} skipped; "
        f"{count(done.left, 'question')} left to review."
    )


@contextmanager
def _archive(own: OwnSet, context: typer.Context, after_command: Path | None) -> Iterator[Archive | None]:
    """Give the archive named on the command line, else the set's own, else the environment's; None without any."""
    named = chosen_archive(context, after_command)
    if after_command is None and (context.obj or {}).get("by_environment"):
        named = own.archive or (None if own.sources else named)
    path = named or own.archive
    with ExitStack() as stack:
        if path is None:
            yield None
            return
        from pullquote.index.archive import Archive

        yield stack.enter_context(Archive.open(path))


def _articles(own: OwnSet, archive: Archive | None) -> Callable[[str], Article | None]:
    """Return what gives an article by the name that gold sets know it by."""
    if archive is None and not own.sources:
        return lambda key: None
    from pullquote.eval.gold.questions import GoldSet, article_key
    from pullquote.eval.gold.validate import articles_of

    if archive is None:
        return articles_of(GoldSet(str(own.path), (), "", sources=own.sources)).get
    # An article of a file without an address is known by the file's name; only a look at each tells.
    of_files: dict[str, str] = {}

    def article(key: str) -> Article | None:
        found = archive.article(key)
        if found is None:
            if not of_files:
                of_files.update({article_key(one.url, one.id): one.id for one in archive.articles()})
            found = archive.article(of_files[key]) if key in of_files else None
        return found

    return article
