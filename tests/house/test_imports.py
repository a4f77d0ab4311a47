"""The import edges are the architecture; this holds them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EDGES = {
    "phone_verification": set(),
    "gateway": {"phone_verification"},
    "models": {"phone_verification"},
    "tasks": {"gateway", "models", "phone_verification"},
    "simulator": set(),
    "examples": {"phone_verification"},
    "worker": {"gateway", "models", "phone_verification", "tasks", "simulator"},
}


def modules(package: str) -> list[Path]:
    """All modules of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(EDGES))
def test_a_package_imports_only_its_neighbours(package: str) -> None:
    """From worker to tasks to gateway and models; contract and simulator import nothing of ours.

    An example is a stranger: it knows the contract alone.
    """
    ours = set(EDGES) | {"tests", "celeryconfig"}

    found = {name for path in modules(package) for name in imported(path)} & ours - {package}

    assert found <= EDGES[package]


def test_only_the_command_line_knows_the_simulator() -> None:
    """The running worker cannot reach its stand-in."""
    knowing = {
        path.relative_to(ROOT).as_posix() for path in modules("worker") if "simulator" in imported(path)
    }

    assert all(path.startswith("worker/demo/") for path in knowing)


def test_the_running_worker_imports_neither_demo_nor_commands() -> None:
    """What serves production does not depend on what an operator types."""
    for path in modules("worker"):
        if path.parent.name in ("demo", "commands") or path.name == "__main__.py":
            continue
        tree = ast.parse(path.read_text())
        named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in named if name.startswith(("worker.demo", "worker.commands"))}, path


@pytest.mark.parametrize("package", sorted(EDGES))
def test_every_module_says_what_it_is_for(package: str) -> None:
    """A docstring opens each module, and no module is over 300 lines."""
    for path in modules(package):
        text = path.read_text()
        assert ast.get_docstring(ast.parse(text)), path
        assert len(text.splitlines()) <= 300, path
