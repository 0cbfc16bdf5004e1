"""Accounts in a file: hashed, salted, owner's eyes only, and bad lines named."""

import asyncio
import base64
import hashlib
import inspect
import re
import stat

import pytest
from filelock import FileLock, Timeout

from pullquote.errors import InputError, SourceError
from pullquote.ui.server import accounts as module
from pullquote.ui.server.accounts import Accounts, add_user

_HASH = hashlib.scrypt(b"correct horse", salt=b"0123456789abcdef", n=2**14, r=8, p=1, maxmem=2**26, dklen=32)
INES = f"ines:scrypt$16384$8$1$MDEyMzQ1Njc4OWFiY2RlZg==${base64.b64encode(_HASH).decode()}"


@pytest.fixture
def quick(monkeypatch):
    """The weakest hashing that a file may ask for, so that the tests take no time."""
    monkeypatch.setattr(module, "_N", 2**14)
    monkeypatch.setattr(module, "_P", 1)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "accounts"


def test_a_file_written_by_another_program_is_read(file):
    file.write_text(f"# people of the desk\r\n\r\n{INES}\r\n", encoding="utf-8")
    accounts = Accounts.load(file)
    assert len(accounts) == 1
    assert accounts.check("ines", "correct horse")
    assert accounts.check(" ines ", "correct horse")
    assert not accounts.check("ines", "correct horse ")
    assert not accounts.check("ines", "")
    assert not accounts.check("Ines", "correct horse")
    assert not accounts.check("nobody", "correct horse")
    assert not accounts.check("", "")
    assert not accounts.check("ines", "x" * 5000)


@pytest.mark.usefixtures("quick")
def test_users_that_are_added_can_sign_in(file):
    add_user(file, "ines", "correct horse")
    add_user(file, "Ása", "пароль-密码")
    accounts = Accounts.load(file)
    assert len(accounts) == 2
    assert accounts.check("ines", "correct horse")
    assert accounts.check("A\u0301sa", "пароль-密码")  # the accent typed apart
    assert not accounts.check("ines", "пароль-密码")


@pytest.mark.usefixtures("quick")
def test_the_file_is_its_owners_and_holds_no_password(file):
    add_user(file, "ines", "correct horse")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    add_user(file, "tom", "correct horse")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text(encoding="utf-8")
    assert "correct" not in text
    first, second = text.splitlines()
    assert re.fullmatch(r"ines:scrypt\$16384\$8\$1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=", first)
    assert first.partition(":")[2] != second.partition(":")[2]  # the same password, another salt


def test_the_file_is_read_and_written_while_its_lock_is_held(file, monkeypatch):
    file.write_text(f"{INES}\n", encoding="utf-8")
    held = []

    def noted(name):
        function = getattr(module, name)

        def call(*arguments):
            try:
                with FileLock(f"{file}.lock", timeout=0):
                    held.append((name, False))
            except Timeout:
                held.append((name, True))
            return function(*arguments)

        monkeypatch.setattr(module, name, call)

    noted("_users")
    noted("_replace")
    add_user(file, "tom", "twelve ships")
    assert held == [("_users", True), ("_replace", True)]
    with FileLock(f"{file}.lock", timeout=0):  # and no longer
        pass


def test_a_file_that_another_process_changes_is_left_to_it(file, monkeypatch):
    file.write_text(f"{INES}\n", encoding="utf-8")
    monkeypatch.setattr(module, "FileLock", lambda name, timeout, mode: FileLock(name, timeout=0, mode=mode))
    with (
        FileLock(f"{file}.lock"),
        pytest.raises(SourceError, match=r"is being changed by another process; try again\.$"),
    ):
        add_user(file, "tom", "twelve ships")
    assert file.read_text(encoding="utf-8") == f"{INES}\n"


@pytest.mark.usefixtures("quick")
def test_a_new_password_takes_the_place_of_the_old_one(file):
    file.write_text(f"# kept\n{INES}\n", encoding="utf-8")
    add_user(file, "tom", "twelve ships")
    add_user(file, "ines", "another horse")
    assert file.read_text(encoding="utf-8").splitlines()[0] == "# kept"
    accounts = Accounts.load(file)
    assert len(accounts) == 2
    assert accounts.check("ines", "another horse")
    assert not accounts.check("ines", "correct horse")
    assert accounts.check("tom", "twelve ships")
    assert {entry.name for entry in file.parent.iterdir()} <= {"accounts", "accounts.lock"}


def test_the_default_is_as_hard_as_owasp_asks(file):
    add_user(file, "ines", "correct horse")
    assert file.read_text(encoding="utf-8").startswith("ines:scrypt$32768$8$3$")
    assert Accounts.load(file).check("ines", "correct horse")


def test_an_unknown_user_costs_the_same_hashing(file, monkeypatch):
    file.write_text(INES, encoding="utf-8")
    accounts = Accounts.load(file)
    costs = []
    scrypt = hashlib.scrypt
    monkeypatch.setattr(
        hashlib, "scrypt", lambda *args, **how: costs.append((how["n"], how["r"])) or scrypt(*args, **how)
    )
    accounts.check("ines", "wrong")
    accounts.check("nobody", "wrong")
    accounts.check("nobody", "x" * 5000)
    assert costs == [(2**14, 8)] * 3


def test_no_more_than_1024_characters_of_a_password_are_hashed(file):
    def line(user, password):
        digest = hashlib.scrypt(password.encode(), salt=b"0123456789abcdef", n=2**14, r=8, p=1, maxmem=2**26, dklen=32)
        return f"{user}:scrypt$16384$8$1$MDEyMzQ1Njc4OWFiY2RlZg==${base64.b64encode(digest).decode()}\n"

    file.write_text(line("ines", "x" * 1024) + line("tom", "x" * 1025), encoding="utf-8")
    accounts = Accounts.load(file)
    assert accounts.check("ines", "x" * 1024)
    assert not accounts.check("ines", "x" * 1025)
    assert not accounts.check("tom", "x" * 1025)  # it would be right, had it been hashed


def test_signing_in_leaves_the_event_loop_free(file):
    file.write_text(INES, encoding="utf-8")
    accounts = Accounts.load(file)
    assert inspect.iscoroutinefunction(accounts.sign_in)  # how Gradio tells whether to await it
    assert asyncio.run(accounts.sign_in("ines", "correct horse")) is True
    assert asyncio.run(accounts.sign_in("ines", "wrong")) is False


SALT, HASH = "MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("ines", "a line must be user:scrypt$n$r$p$salt$hash"),
        (":scrypt", "a line must be user:scrypt$n$r$p$salt$hash"),
        ("ines:hunter2", "the password of 'ines' isn't hashed as scrypt$n$r$p$salt$hash"),
        ("ines:", "the password of 'ines' isn't hashed"),
        (f"ines:bcrypt$16384$8$1${SALT}${HASH}", "the password of 'ines' isn't hashed"),
        (f"ines:scrypt$16384$8$1${SALT}", "the password of 'ines' isn't hashed"),
        (f"ines:scrypt$many$8$1${SALT}${HASH}", "n, r, p must be numbers and salt and hash base64"),
        (f"ines:scrypt$16384$8$1$%%${HASH}", "n, r, p must be numbers and salt and hash base64"),
        (f"ines:scrypt$1024$8$1${SALT}${HASH}", "too weak, too large, or n is no power of 2"),
        (f"ines:scrypt$16385$8$1${SALT}${HASH}", "too weak, too large, or n is no power of 2"),
        (f"ines:scrypt$16384$8$99${SALT}${HASH}", "too weak, too large, or n is no power of 2"),
        (f"ines:scrypt$1048576$32$1${SALT}${HASH}", "too weak, too large, or n is no power of 2"),
        (f"ines:scrypt$16384$8$1$MDEy${HASH}", "the salt of the user 'ines' has less than 16 bytes"),
        (f"ines:scrypt$16384$8$1${SALT}$MDEy", "or the hash 32"),
    ],
)
def test_a_bad_line_is_named_and_not_repeated(file, line, problem):
    file.write_text(f"# first\n{line}\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        Accounts.load(file)
    assert str(caught.value).startswith(f"{file}:2: ")
    assert problem in str(caught.value)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(SourceError, match=":2: "):
        add_user(file, "tom", "twelve ships")
    assert file.read_text(encoding="utf-8") == f"# first\n{line}\n"


def test_a_user_stands_there_once(file):
    file.write_text(f"{INES}\n{INES}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"accounts:2: the user 'ines' stands there twice\.$"):
        Accounts.load(file)


def test_no_file_no_user_no_text(file):
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        Accounts.load(file)
    file.write_text("# nobody yet\n", encoding="utf-8")
    with pytest.raises(SourceError, match="names no user"):
        Accounts.load(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SourceError, match="not UTF-8"):
        Accounts.load(file)


@pytest.mark.parametrize(
    ("user", "password", "problem"),
    [
        ("", "long enough", "1 to 64 characters"),
        ("x" * 65, "long enough", "1 to 64 characters"),
        ("a:b", "long enough", "colon"),
        ("a\nb", "long enough", "can't be printed"),
        ("#a", "long enough", "begin with #"),
        ("ines", "short", "8 to 1,024 characters"),
        ("ines", "x" * 1025, "8 to 1,024 characters"),
    ],
)
def test_names_and_passwords_that_cannot_be_used(file, user, password, problem):
    with pytest.raises(InputError, match=re.escape(problem)):
        add_user(file, user, password)
    assert not file.exists()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="cannot be written"):
        add_user(tmp_path / "nowhere" / "accounts", "ines", "correct horse")
