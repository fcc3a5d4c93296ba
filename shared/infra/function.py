"""A Lambda function with everything that belongs to it and to nobody else.

Role and rights, log group, network, key, tracing and reserved concurrency come together, because each
function of this project needs all of them, and a forgotten one is only noticed in production.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra.arns import Arns
from shared.infra.bundling import bundle
from shared.infra.contracts import NetworkContract
from shared.infra.iam import NETWORK_INTERFACES_POLICY, TRACING_POLICY, Statement, document
from shared.infra.naming import Names
from shared.infra.role import Trust, bounded_role
from shared.infra.stems import role_of

RUNTIME = "python3.11"
ARCHITECTURE = "arm64"
LOG_RETENTION_DAYS = 7
MINIMUM_RESERVED_CONCURRENCY = 100


@dataclass(frozen=True)
class FunctionArguments:
    """What differs from one function to the next."""

    package: str
    """Import name of the package whose ``handler.handle`` answers: ``stacks.compute.functions.ingest``."""
    statements: Sequence[Statement]
    """What the function's code may do, beyond writing its log."""
    environment: Mapping[str, pulumi.Input[str]]
    timeout_seconds: int
    reserved_concurrency: int
    log_level: str
    vendored: Sequence[str] = ()
    """Modules from the package index that its zip carries."""
    packages: Sequence[str] = ()
    """Packages of this repository that its zip carries, besides its own and ``shared.runtime``."""
    memory_megabytes: int = 256


class Function(pulumi.ComponentResource):
    """A function in the private subnets with its own role, log group and share of concurrency."""

    stem: str
    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    invoke_arn: pulumi.Output[str]

    def __init__(
        self,
        stem: str,
        names: Names,
        network: NetworkContract,
        arguments: FunctionArguments,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("fraud:infra:Function", names.function(stem), None, opts)
        self.stem = stem
        self._names = names
        self._child = pulumi.ResourceOptions(parent=self)
        role = bounded_role(
            Arns(names, network.account_id),
            role_of(stem),
            Trust("lambda.amazonaws.com"),
            f"Execution role of {names.function(stem)}",
            self._named(),
        )
        rights = self._rights(role, network, arguments)
        logs = aws.cloudwatch.LogGroup(
            names.of(f"{stem}-log-group"),
            name=names.log_group(stem),
            retention_in_days=LOG_RETENTION_DAYS,
            kms_key_id=network.key_arn,
            opts=self._named(),
        )
        function = self._function(role, logs, network, arguments, rights)
        self.name, self.arn, self.invoke_arn = function.name, function.arn, function.invoke_arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _named(self) -> pulumi.ResourceOptions:
        """For a resource whose name AWS cannot have twice."""
        return pulumi.ResourceOptions(parent=self, delete_before_replace=True)

    def _rights(
        self, role: aws.iam.Role, network: NetworkContract, arguments: FunctionArguments
    ) -> list[pulumi.Resource]:
        policy_name = self._names.of(f"{self.stem}-policy", "role-policy")
        arns = Arns(self._names, network.account_id)
        policy = aws.iam.RolePolicy(
            policy_name,
            name=policy_name,
            role=role.name,
            policy=document(
                write_log(arns, self.stem), deny_network_interfaces(arns, self.stem), *arguments.statements
            ),
            opts=self._named(),
        )
        attachments = [
            aws.iam.RolePolicyAttachment(
                self._names.of(f"{self.stem}-{purpose}-attachment"),
                role=role.name,
                policy_arn=managed,
                opts=self._child,
            )
            for purpose, managed in (
                ("network-interfaces", NETWORK_INTERFACES_POLICY),
                ("tracing", TRACING_POLICY),
            )
        ]
        return [policy, *attachments]

    def _function(
        self,
        role: aws.iam.Role,
        logs: aws.cloudwatch.LogGroup,
        network: NetworkContract,
        arguments: FunctionArguments,
        rights: Sequence[pulumi.Resource],
    ) -> aws.lambda_.Function:
        name = self._names.function(self.stem)
        return aws.lambda_.Function(
            name,
            name=name,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            handler=f"{arguments.package}.handler.handle",
            code=bundle(arguments.package, arguments.vendored, arguments.packages),
            timeout=arguments.timeout_seconds,
            memory_size=arguments.memory_megabytes,
            reserved_concurrent_executions=arguments.reserved_concurrency,
            kms_key_arn=network.key_arn,
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
            vpc_config=aws.lambda_.FunctionVpcConfigArgs(
                subnet_ids=network.private_subnet_ids,
                security_group_ids=[network.function_security_group_id],
            ),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_format="JSON",
                log_group=logs.name,
                application_log_level=application_log_level(arguments.log_level),
                system_log_level=system_log_level(arguments.log_level),
            ),
            environment=aws.lambda_.FunctionEnvironmentArgs(
                variables={
                    "ENVIRONMENT_SUFFIX": self._names.suffix,
                    "LOG_LEVEL": arguments.log_level,
                    # The account-based endpoint of DynamoDB is not behind the VPC's gateway endpoint.
                    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
                    **arguments.environment,
                }
            ),
            # Lambda checks at creation that the role may use the network and tracing.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True, depends_on=list(rights)),
        )


def application_log_level(log_level: str) -> str:
    """Return what Lambda lets through of the lines that the function writes at ``log_level`` or above.

    Never more than INFO: Lambda has no words for our NOTICE and WARNING, and takes a line of a level that it
    does not know for INFO.
    """
    return "DEBUG" if log_level == "DEBUG" else "INFO"


def system_log_level(log_level: str) -> str:
    """Return which of its own lines Lambda writes: start and report of each invocation only where we look.

    At NOTICE and above, as in production, they would be a large part of what is paid for logs; reports of
    invocations that failed come always.
    """
    return "INFO" if log_level in {"DEBUG", "INFO"} else "WARN"


def write_log(arns: Arns, stem: str) -> Statement:
    """Writing to streams of the function's own log group; the stack creates the group, so nobody else may."""
    return Statement(
        sid="WriteLog",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[pulumi.Output.concat(arns.log_group(stem), ":log-stream:*")],
    )


def deny_network_interfaces(arns: Arns, stem: str) -> Statement:
    """Take from the code what the managed policy gives to the Lambda service."""
    return Statement(
        sid="DenyNetworkInterfacesToCode",
        effect="Deny",
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
        resources=[arns.network_resources()],
        conditions={"ArnEquals": {"lambda:SourceFunctionArn": arns.function(stem)}},
    )
