"""A Lambda function with its own role, log group and settings.

Every function needs a role, log group, VPC configuration, KMS key, tracing and reserved concurrency, so the
component sets them all.
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
    """Arguments that differ between functions."""

    package: str
    """Import name of the package with ``handler.handle``, such as ``stacks.compute.functions.ingest``."""
    statements: Sequence[Statement]
    """Permissions of the function's code, besides writing its log."""
    environment: Mapping[str, pulumi.Input[str]]
    timeout_seconds: int
    reserved_concurrency: int
    log_level: str
    vendored: Sequence[str] = ()
    """Third-party modules in the zip."""
    packages: Sequence[str] = ()
    """Packages of this repository in the zip, besides the function's and ``shared.runtime``."""
    memory_megabytes: int = 256


class Function(pulumi.ComponentResource):
    """A function in the private subnets with its own role, log group and reserved concurrency."""

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
        """Return options for a resource with a unique name: delete before replace."""
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
                    # The gateway endpoint does not cover DynamoDB's account-based endpoints.
                    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
                    **arguments.environment,
                }
            ),
            # Lambda checks the role's permissions for VPC and tracing at creation.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True, depends_on=list(rights)),
        )


def application_log_level(log_level: str) -> str:
    """Return Lambda's application log level for a function's ``log_level``.

    At most INFO: Lambda treats lines of unknown levels, such as our NOTICE and WARNING, as INFO.
    """
    return "DEBUG" if log_level == "DEBUG" else "INFO"


def system_log_level(log_level: str) -> str:
    """Return Lambda's system log level for a function's ``log_level``.

    At NOTICE and above, as in production, start and report lines are off, because they would be a large part
    of the log costs. Reports of failed invocations are always written.
    """
    return "INFO" if log_level in {"DEBUG", "INFO"} else "WARN"


def write_log(arns: Arns, stem: str) -> Statement:
    """Return the permission to write to the function's log group, which the stack creates."""
    return Statement(
        sid="WriteLog",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[pulumi.Output.concat(arns.log_group(stem), ":log-stream:*")],
    )


def deny_network_interfaces(arns: Arns, stem: str) -> Statement:
    """Deny the function's code the network interface actions that Lambda needs from the managed policy."""
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
