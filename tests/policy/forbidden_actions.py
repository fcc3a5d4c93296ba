"""IAM actions that no role of the project has, whatever their resource."""

from collections.abc import Mapping


def words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


FORBIDDEN: Mapping[str, frozenset[str]] = {
    "iam": words(
        "AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile CreateInstanceProfile",
        "CreateOpenIDConnectProvider CreateSAMLProvider CreateServiceSpecificCredential",
        "CreateVirtualMFADevice DeactivateMFADevice DeletePolicyVersion DeleteUserPermissionsBoundary",
        "EnableMFADevice PutUserPermissionsBoundary ResetServiceSpecificCredential ResyncMFADevice",
        "UpdateAccessKey UpdateOpenIDConnectProviderThumbprint UpdateSAMLProvider UploadSSHPublicKey",
        "UploadSigningCertificate",
    ),
    "sts": words("AssumeRoleWithSAML GetFederationToken GetSessionToken TagSession"),
    "lambda": words(
        "AddLayerVersionPermission CreateAlias CreateFunctionUrlConfig DeleteCodeSigningConfig",
        "DeleteFunctionCodeSigningConfig GetLayerVersion InvokeFunctionUrl PublishLayerVersion",
        "PutRuntimeManagementConfig UpdateAlias UpdateCodeSigningConfig",
        "UpdateFunctionEventInvokeConfig UpdateFunctionUrlConfig",
    ),
    "kms": words(
        "DeleteImportedKeyMaterial DeriveSharedSecret ImportKeyMaterial ReplicateKey RetireGrant",
        "UpdatePrimaryRegion",
    ),
    "dynamodb": words(
        "BatchWriteItem CreateTableReplica DeleteResourcePolicy EnableKinesisStreamingDestination",
        "ExportTableToPointInTime ImportTable PartiQLSelect PartiQLUpdate PutResourcePolicy",
        "RestoreTableToPointInTime StartAwsBackupJob",
    ),
    "ec2": words(
        "AcceptVpcPeeringConnection AssociateIamInstanceProfile AttachInternetGateway",
        "CreateInternetGateway CreateKeyPair CreateLaunchTemplateVersion CreateNatGateway CreateRoute",
        "CreateTransitGatewayVpcAttachment CreateVpcPeeringConnection ModifyInstanceAttribute",
        "ReplaceIamInstanceProfileAssociation ReplaceRoute RequestSpotInstances RunInstances",
    ),
    "events": words("CreateArchive CreateConnection PutPermission StartReplay"),
    "logs": words("CreateDelivery DisassociateKmsKey PutResourcePolicy PutSubscriptionFilter"),
    "sns": words("AddPermission ConfirmSubscription PutDataProtectionPolicy"),
    "sqs": words("AddPermission StartMessageMoveTask"),
    "apigateway": words("AddCertificateToDomain SetWebACL UpdateRestApiPolicy"),
    "budgets": words("CreateBudgetAction ExecuteBudgetAction UpdateBudgetAction"),
    "cloudwatch": words("PutCompositeAlarm PutManagedInsightRules PutMetricStream SetAlarmState"),
}
"""Service -> actions that lead to more rights. Of a service that is not listed, no role has any action."""
