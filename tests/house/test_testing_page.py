"""What docs/testing.md and the fake must agree on."""

import re
import subprocess
import sys
from pathlib import Path

from phone_verification import VerificationClient
from phone_verification.testing import FakeVerificationClient

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text()


def public(kind: type) -> set[str]:
    """What a class offers."""
    return {name for name in vars(kind) if not name.startswith("_")}


def test_the_page_names_what_a_test_can_say() -> None:
    """Everything that the fake has and the real client has not, and nothing else."""
    rows = [line.partition(" | ")[0] for line in PAGE.splitlines() if line.startswith("| `")]

    assert set(re.findall(r"`(\w+)", " ".join(rows))) == public(FakeVerificationClient) - public(
        VerificationClient
    )


def test_the_pages_tests_pass(tmp_path: Path) -> None:
    """Copied into a file and run by pytest, as a backend's would be."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "test_page.py").write_text("\n".join(one for one in blocks if "simulator" not in one))

    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:celery", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    written = sum(line.startswith("def test_") for one in blocks for line in one.splitlines())
    assert f"{written} passed" in told.stdout, told.stdout
