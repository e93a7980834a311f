"""The source as the architecture tests see it: every file of ours, read and parsed once."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "regulars"


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, the package of ours it belongs to, and what it says."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def package(self) -> str:
        """Answer `ledger` for src/regulars/ledger/post.py, and nothing for what lies directly in the package."""
        inside = self.path.relative_to(PACKAGE).parts
        return inside[0] if len(inside) > 1 else ""

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@cache
def program() -> tuple[Source, ...]:
    """Answer every file of the program but migrations, which are written by Django and never edited."""
    return read(PACKAGE)


@cache
def suite() -> tuple[Source, ...]:
    return read(ROOT / "tests")


def read(folder: Path) -> tuple[Source, ...]:
    files = (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)
    return tuple(Source(path, text := path.read_text(), ast.parse(text)) for path in files)


@cache
def committed() -> tuple[Path, ...]:
    """Answer every file that git keeps, or would keep once added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.splitlines() if (path := ROOT / name).is_file())


def dotted(node: ast.AST) -> str:
    """Answer `timezone.now` for the expression that says so, and nothing for what is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else node.attr
    return ""
