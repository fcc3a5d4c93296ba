"""The compute layer: accepts transactions, detects suspicious ones, and records people's decisions."""

import pulumi

from shared.infra.contracts import ComputeContract, DataContract, NetworkContract
from shared.infra.provider import aws_provider
from stacks.compute.api import (
    OF_PEOPLE,
    POST_TRANSACTION,
    PUT_APPROVAL,
    PUT_CONTROLS,
    PUT_RULES,
    PUT_VERDICT,
    transactions_api,
)
from stacks.compute.api_stage import api_stage
from stacks.compute.detector import detector
from stacks.compute.ingest import ingest
from stacks.compute.pipe import transactions_pipe
from stacks.compute.routing import event_bus, route_to_detector
from stacks.compute.sampling import sampling_rule
from stacks.compute.settings import ComputeSettings
from stacks.compute.verdicts import verdicts


def build(settings: ComputeSettings, network: NetworkContract, data: DataContract) -> ComputeContract:
    """Register the layer's resources."""
    names = settings.names
    opts = pulumi.ResourceOptions(provider=aws_provider("compute", names, [network.account_id]))

    ingest_function = ingest(settings, network, data, opts)
    verdicts_function = verdicts(settings, network, data, opts)
    routes = {POST_TRANSACTION: ingest_function, **dict.fromkeys(OF_PEOPLE, verdicts_function)}
    api = transactions_api(settings, routes, opts)
    stage = api_stage(settings, network, api, opts)
    sampling_rule(settings, api.rest_api, stage, opts)

    scoring = detector(settings, network, data, opts)
    bus = event_bus(names, network, opts)
    route = route_to_detector(names, network, bus.bus, scoring, opts)
    pipe = transactions_pipe(settings, network, data, route, opts)

    return ComputeContract(
        environment_suffix=names.suffix,
        transactions_url=pulumi.Output.concat(stage.invoke_url, f"/{POST_TRANSACTION.path}"),
        verdicts_url=pulumi.Output.concat(stage.invoke_url, f"/{PUT_VERDICT.path}"),
        controls_url=pulumi.Output.concat(stage.invoke_url, f"/{PUT_CONTROLS.path}"),
        rules_url=pulumi.Output.concat(stage.invoke_url, f"/{PUT_RULES.path}"),
        approvals_url=pulumi.Output.concat(stage.invoke_url, f"/{PUT_APPROVAL.path}"),
        api_name=api.rest_api.name,
        stage_name=stage.stage_name,
        ingest_function_name=ingest_function.name,
        detector_function_name=scoring.function.name,
        verdicts_function_name=verdicts_function.name,
        bus_name=bus.bus.name,
        rule_name=route.rule.name,
        pipe_name=pipe.pipe.name,
        dead_letter_queue_names=[
            scoring.failures.name,
            pipe.dead_letter_queue.name,
            route.dead_letter_queue.name,
            bus.dead_letter_queue.name,
        ],
    )
