"""The compute layer: takes transactions in, routes them, and decides which are suspicious."""

import pulumi

from shared.infra.contracts import ComputeContract, DataContract, NetworkContract
from shared.infra.provider import aws_provider
from stacks.compute.api import PATH, transactions_api
from stacks.compute.api_stage import api_stage
from stacks.compute.detector import detector
from stacks.compute.ingest import ingest
from stacks.compute.pipe import transactions_pipe
from stacks.compute.routing import event_bus, route_to_detector
from stacks.compute.settings import ComputeSettings


def build(settings: ComputeSettings, network: NetworkContract, data: DataContract) -> ComputeContract:
    """Registers the layer's resources."""
    names = settings.names
    opts = pulumi.ResourceOptions(provider=aws_provider("compute", names))

    ingest_function = ingest(settings, network, data, opts)
    api = transactions_api(settings, ingest_function, opts)
    stage = api_stage(settings, network, api, ingest_function, opts)

    scoring = detector(settings, network, data, opts)
    bus = event_bus(names, network, opts)
    route = route_to_detector(names, network, bus.bus, scoring, opts)
    pipe = transactions_pipe(names, network, data, route, opts)

    return ComputeContract(
        environment_suffix=names.suffix,
        transactions_url=pulumi.Output.concat(stage.invoke_url, f"/{PATH}"),
        api_name=api.rest_api.name,
        stage_name=stage.stage_name,
        ingest_function_name=ingest_function.name,
        detector_function_name=scoring.function.name,
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
