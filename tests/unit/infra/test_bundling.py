"""The zip of a function: what is in it, that nothing else is, and that its imports are satisfied."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.infra import bundling
from shared.infra.bundling import ROOT, BundleError, bundle, bundle_files
from stacks.alerting import notifier
from stacks.compute import detector, ingest, verdicts


class Code(NamedTuple):
    """What a stack says that a function's zip holds."""

    package: str
    vendored: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    def files(self) -> dict[str, Path]:
        return dict(bundle_files(*self))


INGEST = Code(ingest.PACKAGE, ingest.VENDORED, ingest.PACKAGES)
FUNCTIONS = [
    pytest.param(INGEST, id="ingest"),
    pytest.param(Code(detector.PACKAGE, packages=detector.PACKAGES), id="detector"),
    pytest.param(Code(verdicts.PACKAGE, verdicts.VENDORED, verdicts.PACKAGES), id="verdicts"),
    pytest.param(Code(notifier.PACKAGE), id="notifier"),
]
IN_THE_RUNTIME = frozenset({"boto3", "botocore"})


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, except what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            continue
        yield child
        yield from statements(child)


def imported_modules(path: Path) -> Iterator[str]:
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module or ""


def missing_imports(files: dict[str, Path], folder: str) -> list[str]:
    """What files under ``folder`` import that is neither in the zip nor in the runtime."""
    missing = []
    for name, path in files.items():
        if not name.startswith(folder) or path.suffix != ".py":
            continue
        for module in imported_modules(path):
            place = module.replace(".", "/")
            provided = module.split(".")[0] in sys.stdlib_module_names | IN_THE_RUNTIME
            if not provided and f"{place}.py" not in files and f"{place}/__init__.py" not in files:
                missing.append(f"{name} imports {module}")
    return missing


@pytest.mark.parametrize("code", FUNCTIONS)
def test_a_bundle_holds_the_handler_and_all_that_it_imports(code: Code) -> None:
    files = code.files()
    assert f"{code.package.replace('.', '/')}/handler.py" in files
    assert missing_imports(files, "stacks/") + missing_imports(files, "shared/") == []


def test_what_is_left_out_is_noticed() -> None:
    without_module = bundle_files(INGEST.package, (), INGEST.packages)
    assert missing_imports(dict(without_module), "shared/") == [
        "shared/requests/checking.py imports fastjsonschema"
    ]
    without_package = bundle_files(INGEST.package, INGEST.vendored)
    assert missing_imports(dict(without_package), "stacks/") != []


@pytest.mark.parametrize("code", FUNCTIONS)
def test_every_folder_above_a_module_is_a_package_without_code(code: Code) -> None:
    files = code.files()
    above = {
        "/".join([*parts[:depth], "__init__.py"])
        for parts in (package.split(".") for package in (code.package, "shared.runtime", *code.packages))
        for depth in range(1, len(parts))
    }
    assert len(above) >= 4
    for ancestor in sorted(above):
        body = ast.parse(files[ancestor].read_text(encoding="utf-8")).body
        assert [node for node in body if not isinstance(node, ast.Expr)] == [], f"{ancestor} holds code"


@pytest.mark.parametrize("code", FUNCTIONS)
def test_a_bundle_holds_one_function_and_nothing_of_the_infrastructure(code: Code) -> None:
    names = list(code.files())
    declared = [f"{package.replace('.', '/')}/" for package in (code.package, *code.packages)]
    modules = [name for name in names if not name.endswith("__init__.py")]
    foreign = [
        name for name in modules if not name.startswith((*declared, "shared/runtime/", *code.vendored))
    ]
    assert foreign == []
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".md"))] == []


def test_a_bundle_is_listed_in_one_order_wherever_it_is_made() -> None:
    first = bundle_files(*INGEST)
    assert list(first) == sorted(first)
    assert first == bundle_files(*INGEST)
    archive = bundle(*INGEST)
    assert list(archive.assets) == list(first)


def _sample(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one function, in place of this one; the function's folder."""
    for package in ("stacks/compute/functions/sample", "shared/runtime"):
        for folder in [*reversed(Path(package).parents), Path(package)]:
            (root / folder).mkdir(exist_ok=True)
            if folder != Path():
                (root / folder / "__init__.py").touch()
    sample = root / "stacks/compute/functions/sample"
    (sample / "rules.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(bundling, "ROOT", root)
    return sample


def test_what_python_leaves_behind_does_not_change_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = _sample(tmp_path, monkeypatch)
    before = bundle_files("stacks.compute.functions.sample", ())
    (sample / "__pycache__").mkdir()
    (sample / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"compiled")
    (sample / "__pycache__" / "stale.py").touch()
    (sample / "README.md").write_text("for people", encoding="utf-8")
    assert bundle_files("stacks.compute.functions.sample", ()) == before
    assert "stacks/compute/functions/sample/rules.json" in before
    (sample / "new.py").touch()
    assert bundle_files("stacks.compute.functions.sample", ()) != before


@pytest.mark.parametrize(
    "name",
    [
        *("._handler.py", "handler copy.py", "handler.py~", "#handler.py#", ".#handler.py"),
        *("handler.orig.py", "handler~.py", "rules.json.bak"),
    ],
)
def test_what_an_editor_or_a_file_manager_leaves_stays_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    sample = _sample(tmp_path, monkeypatch)
    before = bundle_files("stacks.compute.functions.sample", ())
    (sample / name).write_text("left behind", encoding="utf-8")
    assert bundle_files("stacks.compute.functions.sample", ()) == before


def test_a_module_that_git_does_not_track_is_refused_until_it_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = _sample(tmp_path, monkeypatch)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    assert bundle_files("stacks.compute.functions.sample", ()), "nothing is tracked yet, and nothing refused"
    subprocess.run([*git, "add", "."], check=True)
    (sample / "scratch.py").write_text("half an idea", encoding="utf-8")
    with pytest.raises(BundleError, match=r"git add stacks/compute/functions/sample/scratch\.py"):
        bundle_files("stacks.compute.functions.sample", ())
    subprocess.run([*git, "add", "."], check=True)
    assert "stacks/compute/functions/sample/scratch.py" in bundle_files("stacks.compute.functions.sample", ())


def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracked by git it would carry a file of whoever builds into the function."""
    sample = _sample(tmp_path, monkeypatch)
    (tmp_path / "credentials").write_text("{}", encoding="utf-8")
    (sample / "settings.json").symlink_to(tmp_path / "credentials")
    with pytest.raises(BundleError, match=r"sample/settings\.json is a link"):
        bundle_files("stacks.compute.functions.sample", ())


def test_where_git_does_not_answer_nothing_is_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = _sample(tmp_path, monkeypatch)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    (sample / "scratch.py").touch()
    # As in a container whose user does not own the files.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(BundleError, match="git add"):
        bundle_files("stacks.compute.functions.sample", ())
    (tmp_path / ".git" / "index").write_bytes(b"damaged")
    with pytest.raises(BundleError, match="git does not tell what belongs to the zip"):
        bundle_files("stacks.compute.functions.sample", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BundleError, match="cannot be run"):
        bundle_files("stacks.compute.functions.sample", ())


def test_a_function_that_is_not_there_is_an_error() -> None:
    with pytest.raises(BundleError, match=r"stacks/compute/functions/nowhere/__init__\.py does not exist"):
        bundle_files("stacks.compute.functions.nowhere")


def test_a_vendored_module_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(BundleError, match="no_such_module is not installed; run: make setup"):
        bundle_files(ingest.PACKAGE, ("no_such_module",))


def test_compiled_code_is_not_portable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "fast_thing"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "core.so").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BundleError, match=r"fast_thing holds compiled code \(core\.so\)"):
        bundle_files(ingest.PACKAGE, ("fast_thing",))


def test_a_single_module_is_vendored_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny_thing.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert bundle_files(ingest.PACKAGE, ("tiny_thing",))["tiny_thing.py"] == tmp_path / "tiny_thing.py"


def test_names_in_a_zip_are_those_of_the_repository() -> None:
    for name, path in bundle_files(detector.PACKAGE, packages=detector.PACKAGES).items():
        assert ROOT / name == path
