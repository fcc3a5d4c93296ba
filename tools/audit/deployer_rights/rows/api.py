"""API Gateway: a REST API's id is its own, its tags are ours, and its children inherit them.

Sources: internal/service/apigateway/*.go of terraform-provider-aws; "API Gateway resources that can be
tagged" (which children inherit the tags of their API for access control) and "Using service-linked roles" in
the API Gateway developer guide; "Actions, resources, and condition keys for Amazon API Gateway Management" in
the service authorization reference.
"""

from collections.abc import Iterator, Mapping

from shared.infra.arns import REGION
from tools.audit.deployer_rights.grants import UNCLAIMED, Grant, Scope, both
from tools.audit.deployer_rights.rows.row import Row
from tools.deploy.program_runner.recorded import Resource

_INHERITED = "API Gateway numbers its APIs; the tags in the condition, which children inherit, say whose"
_CHANGES = ("apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE")
_SERVICE = "ops.apigateway.amazonaws.com"


def _path(path: str) -> str:
    return f"arn:aws:apigateway:{REGION}::{path}"


def _rest_api(scope: Scope, resource: Resource) -> Iterator[Grant]:
    yield Grant("CreateApis", ("apigateway:POST",), (_path("/restapis"),), scope.made_by_layer)
    tags = (_path(f"/tags/arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A%2Frestapis%2F*"),)
    yield Grant(
        "TagNewApis",
        ("apigateway:POST", "apigateway:PUT"),
        tags,
        both(scope.made_by_layer, UNCLAIMED),
        reason="API Gateway numbers its APIs; one that a layer has tagged stays out of reach",
    )
    tagging = ("apigateway:PUT", "apigateway:DELETE")
    yield Grant("TagApis", tagging, tags, scope.of_layer, reason=_INHERITED)
    if resource.inputs.get("policy"):
        yield Grant(
            "ProtectApis",
            ("apigateway:UpdateRestApiPolicy",),
            (_path("/restapis/*"),),
            scope.of_layer,
            reason=_INHERITED,
        )
    yield Grant(
        "ServiceRoleOfApiGateway",
        ("iam:CreateServiceLinkedRole",),
        (scope.role(f"aws-service-role/{_SERVICE}/AWSServiceRoleForAPIGateway"),),
        {"StringEquals": {"iam:AWSServiceName": (_SERVICE,)}},
    )
    yield from _child(scope, resource)


def _child(scope: Scope, _: Resource) -> Iterator[Grant]:
    apis = (_path("/restapis/*"),)
    yield Grant("ReadApis", ("apigateway:GET",), apis, scope.of_layer, reads=True, reason=_INHERITED)
    yield Grant("ChangeApis", _CHANGES, apis, scope.of_layer, reason=_INHERITED)


def _validator(scope: Scope, resource: Resource) -> Iterator[Grant]:
    yield from _child(scope, resource)
    all_, one = (_path("/restapis/*/requestvalidators"),), (_path("/restapis/*/requestvalidators/*"),)
    reason = "AWS does not list validators among the children that inherit an API's tags"
    yield Grant("ReadValidators", ("apigateway:GET",), one, reads=True, reason=reason)
    yield Grant("CreateValidators", ("apigateway:POST",), all_, reason=reason)
    yield Grant("ChangeValidators", ("apigateway:PATCH", "apigateway:DELETE"), one, reason=reason)


ROWS: Mapping[str, Row] = {
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/resource:Resource": _child,
    "aws:apigateway/model:Model": _child,
    "aws:apigateway/requestValidator:RequestValidator": _validator,
    "aws:apigateway/method:Method": _child,
    "aws:apigateway/integration:Integration": _child,
    "aws:apigateway/response:Response": _child,
    "aws:apigateway/deployment:Deployment": _child,
    "aws:apigateway/stage:Stage": _child,
    "aws:apigateway/methodSettings:MethodSettings": _child,
}
