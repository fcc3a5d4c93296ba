"""Bills of materials in CycloneDX 1.6: one for each function, file by file, and one for the tools.

What Lambda's runtime brings (Python 3.11, boto3) is AWS's and not listed: a zip does not choose its version.

Source: "CycloneDX v1.6 JSON Reference".
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools.audit.supply_chain.lock import Package, packages
from tools.deploy.program_runner.recorded import archive_files
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.project import ROOT

TOOLS = "fraud-pipeline-tools"
_MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""The same for every bill: two clones of one commit write the same bytes, as with the zips."""


def bills(environment: str) -> Iterator[tuple[str, str]]:
    """Name and JSON of the bill of each function of an environment, and of the tools."""
    pinned = list(packages())
    locked = {package.name.lower(): package for package in pinned}
    for function in deploy_all(environment).of_type("lambda/function:Function"):
        files = archive_files(function.inputs["code"])
        yield function.name, _bill(function.name, _of_function(files, locked))
    yield TOOLS, _bill(TOOLS, map(_library, pinned))


def _of_function(files: Mapping[str, str], locked: Mapping[str, Package]) -> Iterator[Component]:
    vendored: set[str] = set()
    for name, path in files.items():
        content = Path(path).read_bytes()
        yield Component(
            type=ComponentType.FILE,
            name=name,
            bom_ref=name,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(content).hexdigest())],
        )
        if not Path(path).is_relative_to(ROOT) or "site-packages" in Path(path).parts:
            vendored |= set(packages_distributions()[name.partition("/")[0].removesuffix(".py")])
    yield from (_library(locked[name.lower()]) for name in sorted(vendored))


def _library(package: Package) -> Component:
    """A package of the index; the lock's hashes are of its files, one of which is installed."""
    purl = PackageURL("pypi", name=package.name.lower(), version=package.version)
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        purl=purl,
        bom_ref=str(purl),
        properties=[Property(name="locked:sha256", value=value) for value in package.hashes],
    )


def _bill(name: str, components: Iterable[Component]) -> str:
    about = Component(type=ComponentType.APPLICATION, name=name, bom_ref=name)
    bom = Bom(components=components, serial_number=uuid5(NAMESPACE_URL, name))
    bom.metadata.component = about
    bom.metadata.timestamp = _MADE
    bom.register_dependency(about, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"
