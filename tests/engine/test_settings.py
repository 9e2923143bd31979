"""Secrets are named in files and held in memory; nothing that is shown quotes one."""

from pathlib import Path

import pytest

from syncengine.engine.settings import resolve
from syncengine.errors import UserError

SECRET = "s3cr3t-value"


def resolved(value: str, folder: Path, **environ: str) -> str:
    return resolve({"key": value}, system="crm", folder=folder, environ=environ)["key"]


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_plain_setting_is_itself(tmp_path: Path) -> None:
    assert resolved("http://localhost", tmp_path) == "http://localhost"


def test_a_variable_is_looked_up(tmp_path: Path) -> None:
    assert resolved("env:CRM_KEY", tmp_path, CRM_KEY=SECRET) == SECRET


@pytest.mark.parametrize("environ", [{}, {"CRM_KEY": ""}])
def test_a_variable_that_is_not_set_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"crm\.key .* CRM_KEY, which is not set"):
        resolved("env:CRM_KEY", tmp_path, **environ)


@pytest.mark.parametrize("relative", [True, False])
def test_a_file_is_read_without_the_white_space_around_it(tmp_path: Path, relative: bool) -> None:
    path = secret_file(tmp_path, f" {SECRET}\n".encode())
    assert resolved("file:secret" if relative else f"file:{path}", tmp_path) == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    secret_file(tmp_path, SECRET.encode(), mode)
    with pytest.raises(UserError, match="others than its owner") as told:
        resolved("file:secret", tmp_path)
    assert SECRET not in str(told.value)
    assert told.value.remedy.startswith("chmod 600")


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    secret_file(tmp_path, content)
    with pytest.raises(UserError, match="which is empty"):
        resolved("file:secret", tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        resolved("file:secret", tmp_path)


def test_a_file_that_is_no_text_is_refused_without_a_byte_of_it(tmp_path: Path) -> None:
    secret_file(tmp_path, b"\xfe" + SECRET.encode())
    with pytest.raises(UserError, match="not UTF-8") as told:
        resolved("file:secret", tmp_path)
    assert "fe" not in str(told.value).replace("file", "")
    assert told.value.__suppress_context__
