"""Bills of materials that hold all of a zip, advisories as they come, and secrets that are planted."""

import json
from pathlib import Path
from typing import Any

import cyclonedx.schema
import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from tests.support.harness import deploy_all
from tests.support.recorded import archive_files
from tools.audit.supply_chain.lock import packages
from tools.audit.supply_chain.sbom import TOOLS, bills
from tools.audit.supply_chain.secrets import secrets_in, tracked_files
from tools.audit.supply_chain.vulnerabilities import findings, read

SCHEMAS = Path(cyclonedx.schema.__file__).with_name("_res")


@pytest.fixture(scope="module")
def all_bills() -> dict[str, dict[str, Any]]:
    return {name: json.loads(bill) for name, bill in bills("dev")}


def validator() -> Draft7Validator:
    schemas = {
        name: json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text("utf-8"))
        for name in ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")
        if (SCHEMAS / f"{name}.SNAPSHOT.schema.json").exists()
    }
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    return Draft7Validator(schemas["bom-1.6"], registry=registry)


def test_every_bill_is_cyclonedx(all_bills: dict[str, dict[str, Any]]) -> None:
    valid = validator()
    for name, bill in all_bills.items():
        assert [error.message for error in valid.iter_errors(bill)] == [], name
    broken = {**all_bills[TOOLS], "specVersion": 16}
    assert list(valid.iter_errors(broken)) != []


def test_a_function_s_bill_holds_every_file_and_every_vendored_package(
    all_bills: dict[str, dict[str, Any]],
) -> None:
    locked = {package.name: package.version for package in packages()}
    for function in deploy_all("dev").of_type("lambda/function:Function"):
        components = all_bills[function.name]["components"]
        files = {each["name"] for each in components if each["type"] == "file"}
        assert files == set(archive_files(function.inputs["code"]))
        assert all(each["hashes"][0]["alg"] == "SHA-256" for each in components if each["type"] == "file")
        libraries = {each["name"]: each["version"] for each in components if each["type"] == "library"}
        with_schema = function.name in {"ingest-function-dev", "verdicts-function-dev"}
        assert libraries == ({"fastjsonschema": locked["fastjsonschema"]} if with_schema else {})


def test_the_tools_bill_is_the_lock(all_bills: dict[str, dict[str, Any]]) -> None:
    listed = {(each["name"], each["version"]) for each in all_bills[TOOLS]["components"]}
    assert listed == {(package.name, package.version) for package in packages()}
    assert len(listed) > 50


def test_a_bill_is_the_same_wherever_it_is_made() -> None:
    assert dict(bills("dev")) == dict(bills("dev"))


def test_a_package_without_a_hash_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("requests==2.0.0\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"requests==2\.0\.0 has no hash"):
        list(packages(lock))


def dependency(name: str, *vulnerabilities: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(vulnerabilities)}


def test_advisories_are_told_with_what_fixes_them() -> None:
    advisory = {"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"], "aliases": [], "description": ""}
    known = read({"dependencies": [dependency("good"), dependency("bad", advisory)], "fixes": []})
    assert known.vulnerable == ("bad 1.0: PYSEC-2026-1, fixed in 1.1, 2.0",)
    assert known.looked_up == 2


def test_an_index_without_advisories_is_not_taken_for_safety() -> None:
    skipped = {"name": "x", "skip_reason": "Dependency not found on PyPI and could not be audited: x (1)"}
    known = read({"dependencies": [skipped], "fixes": []})
    assert known.not_known
    assert known.looked_up == 0


def test_offline_nothing_is_known_and_nothing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"requests==2.0.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    known = findings(lock)
    assert known.not_known
    assert known.vulnerable == ()


def test_no_tracked_file_holds_a_secret() -> None:
    files = tracked_files()
    assert len(files) > 500
    assert list(secrets_in(files)) == []


@pytest.mark.parametrize(
    "secret",
    [
        "key = 'AKIA" + "Q3EGRU7VTZ2WNPLA'",
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        "token: ghp_" + "a1B2" * 9,
        "token: github_" + "pat_" + "a1B2c3D4e5F" * 2 + "_" + "a" * 59,
        "PULUMI_ACCESS_TOKEN=pul" + "-" + "0123abcdef" * 4,
        "aws_session_token = IQoJb3" + "JpZ2luX2Vj" + "a1B2" * 30,
        "url = https://user:hunter2hunter2" + "@example.com/",
    ],
)
def test_a_planted_secret_is_found_and_not_repeated(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "settings.txt"
    path.write_text(f"# nothing\n{secret}\n", encoding="utf-8")
    (found,) = secrets_in([path])
    assert found.startswith(f"{path}:2: ")
    assert "hunter2" not in found
