"""`pulumi import`: what exists is adopted by the id that the real provider documents, and stays as it is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.provider.cloud import Cloud
from emulator.provider.provider import Provider
from emulator.tests.provider.contract.case import Case
from emulator.tests.provider.contract.cases import CASES
from emulator.tests.provider.contract.documents import zip_of
from emulator.tests.provider.contract.world import World, build
from tests.local.tools.local.engine.plugin_client import PluginClient, Values, urn_of
from tools.local.engine.plugin_answers import plain
from tools.local.engine.serving import serving


def joined(*names: str) -> Callable[[Values], str]:
    return lambda outputs: "/".join(str(outputs[name]) for name in names)


DOCUMENTED = {
    "aws:apigateway/deployment:Deployment": joined("restApi", "id"),
    "aws:apigateway/integration:Integration": joined("restApi", "resourceId", "httpMethod"),
    "aws:apigateway/method:Method": joined("restApi", "resourceId", "httpMethod"),
    "aws:apigateway/methodSettings:MethodSettings": joined("restApi", "stageName", "methodPath"),
    "aws:apigateway/model:Model": joined("restApi", "name"),
    "aws:apigateway/requestValidator:RequestValidator": joined("restApi", "id"),
    "aws:apigateway/resource:Resource": joined("restApi", "id"),
    "aws:apigateway/response:Response": joined("restApiId", "responseType"),
    "aws:apigateway/stage:Stage": joined("restApi", "stageName"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": joined("subnetId", "routeTableId"),
    "aws:lambda/permission:Permission": joined("function", "statementId"),
    "random:index/randomPassword:RandomPassword": joined("result"),
}
"""Types that are imported by something else than their id, and what the provider's page says it is."""


@pytest.fixture(scope="module")
def world(provider: Provider) -> Iterator[World]:
    world = build(provider)
    yield world
    world.clear()


@pytest.fixture(scope="module")
def engine(cloud: Cloud) -> Iterator[PluginClient]:
    with serving(cloud) as port:
        engine = PluginClient(port).configure(Project="import-tests")
        yield engine
        engine.channel.close()


def import_id(case: Case, resource_id: str, outputs: Values) -> str:
    documented = DOCUMENTED.get(case.token, joined("id"))
    return documented({**outputs, "id": resource_id})


@pytest.fixture(params=CASES, ids=str)
def existing(
    request: pytest.FixtureRequest, engine: PluginClient, world: World
) -> Iterator[tuple[Case, str, str]]:
    """A resource, and what to import it by."""
    case: Case = request.param
    urn = urn_of(case.token, "imported")
    inputs = engine.check(urn, case.inputs(world))
    resource_id, outputs = engine.create(urn, inputs)
    yield case, resource_id, import_id(case, resource_id, outputs)
    engine.delete(urn, resource_id, inputs, outputs)


def test_every_type_is_imported_as_its_program_has_it(
    existing: tuple[Case, str, str], engine: PluginClient, world: World
) -> None:
    case, resource_id, named = existing
    urn = urn_of(case.token, "imported")
    found = engine.read(urn, named, {}, {})
    assert found.id == resource_id
    derived, outputs = plain(found.inputs), plain(found.properties)
    assert derived, "the engine takes an answer without inputs for a provider that cannot import"
    adopted = engine.check(urn, derived, derived)  # the engine checks what it is about to adopt
    wanted = engine.check(urn, case.inputs(world), adopted)
    diff = engine.diff(urn, adopted, wanted, outputs)
    assert list(diff.diffs) == []
    if change := case.change(world):
        changed = engine.check(urn, {**case.inputs(world), **change}, adopted)
        assert set(engine.diff(urn, adopted, changed, outputs).diffs) >= change.keys() - set(
            derived.get("__unread", ())
        )
    read_again = engine.read(urn, found.id, wanted, outputs)
    assert not engine.diff(urn, wanted, plain(read_again.inputs)).diffs, "a refresh finds nothing new"


ALWAYS_THERE = "aws:apigateway/account:Account"
"""An account has these settings, whether anybody has touched them or not."""
MADE = sorted({case.token for case in CASES if case.token.startswith("aws:")} - {ALWAYS_THERE})


@pytest.mark.parametrize("token", MADE)
def test_what_does_not_exist_cannot_be_imported(token: str, engine: PluginClient, world: World) -> None:
    parts = {"restApi": world.ids["api"], "restApiId": world.ids["api"], "function": "missing"}
    missing: dict[str, Any] = {
        "aws:iam/rolePolicy:RolePolicy": "missing:missing",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "missing/arn:aws:iam::aws:policy/Missing",
        "aws:cloudwatch/eventRule:EventRule": "missing/missing",
        "aws:cloudwatch/eventTarget:EventTarget": "missing/missing/missing",
        "aws:lambda/eventSourceMapping:EventSourceMapping": "00000000-0000-0000-0000-000000000000",
        "aws:apigateway/response:Response": f"{world.ids['api']}/THROTTLED",
        "aws:sqs/queue:Queue": world.ids["queue"] + "-missing",
        "aws:sqs/queuePolicy:QueuePolicy": world.ids["queue"] + "-missing",
        "aws:sns/topic:Topic": world.ids["topic"] + "-missing",
        "aws:sns/topicPolicy:TopicPolicy": world.ids["topic"] + "-missing",
        "aws:sns/topicSubscription:TopicSubscription": world.ids["topic"] + ":00000000-missing",
    }
    names = ("restApi", "restApiId", "resourceId", "httpMethod", "stageName", "methodPath", "function", "id")
    anything = {name: parts.get(name, "missing") for name in names}
    by_name = {**anything, "name": "missing", "statementId": "missing", "subnetId": "missing"}
    by_name |= {"routeTableId": "missing", "responseType": "THROTTLED"}
    named = missing.get(token) or DOCUMENTED.get(token, joined("id"))(by_name)
    assert engine.read(urn_of(token, "missing"), named, {}, {}).id == ""


def test_other_code_than_the_programs_is_a_difference(
    engine: PluginClient, world: World, provider: Provider
) -> None:
    urn = urn_of("aws:lambda/function:Function", "function")
    found = engine.read(urn, world.ids["function"], {}, {})
    program = {
        "name": world.ids["function"],
        "role": world.arn("role"),
        "handler": "handler.handle",
        "runtime": "python3.11",
    }
    for source, differences in (("base", []), ("changed since", ["code"])):
        wanted = engine.check(urn, {**program, "code": zip_of(source)}, plain(found.inputs))
        wanted["tags"] = plain(found.inputs)["tags"]
        assert list(engine.diff(urn, plain(found.inputs), wanted).diffs) == differences


def test_id_of_another_form_is_refused_with_the_form(engine: PluginClient) -> None:
    with pytest.raises(Exception, match="'transactions' is no id to import by: write restApi/stageName"):
        engine.read(urn_of("aws:apigateway/stage:Stage", "stage"), "transactions", {}, {})
