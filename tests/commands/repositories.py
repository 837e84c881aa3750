"""Git repositories in a temporary folder, with an inventory in them."""

import subprocess
from pathlib import Path


def git(folder: Path, *words: str) -> str:
    """Run git as somebody invented, whatever this machine is set to."""
    who = ("-c", "user.name=Invented", "-c", "user.email=it@example.org")
    done = subprocess.run(
        ["git", *who, "-c", "commit.gpgsign=false", "-C", str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, words: str = "a change") -> str:
    """Commit all that lies there, and return the commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", words)
    return git(folder, "rev-parse", "HEAD")
