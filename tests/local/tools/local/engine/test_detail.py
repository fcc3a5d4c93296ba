"""The exact paths of a diff: what a preview shows, and what `replace_on_changes` goes by."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from emulator.provider.cloud import Cloud
from emulator.provider.comparison import Comparison
from emulator.provider.detail import differences, without_positions
from emulator.provider.values import UNKNOWN
from tests.local.tools.local.engine.plugin_client import PluginClient, Values, urn_of
from tools.local.engine.serving import serving

Kind = provider_pb2.PropertyDiff.Kind
PLAIN = Comparison()

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def engine(cloud: Cloud) -> Iterator[PluginClient]:
    with serving(cloud) as port:
        engine = PluginClient(port).configure(Project="detail-tests")
        yield engine
        engine.channel.close()


def details(answer: Any) -> dict[str, str]:
    assert answer.hasDetailedDiff
    assert all(each.inputDiff for each in answer.detailedDiff.values())
    return {path: Kind.Name(each.kind) for path, each in answer.detailedDiff.items()}


def test_only_what_differs_is_named(engine: PluginClient) -> None:
    urn = urn_of("aws:cloudwatch/metricAlarm:MetricAlarm", "detail")
    alarm: Values = {
        "name": "detail",
        "metricName": "Errors",
        "namespace": "AWS/Lambda",
        "statistic": "Sum",
        "comparisonOperator": "GreaterThanThreshold",
        "threshold": 1,
        "evaluationPeriods": 1,
        "period": 60,
        "dimensions": {"FunctionName": "f", "Kept": "as it was"},
        "alarmActions": ["arn:one", "arn:two"],
    }
    changed = {**alarm, "period": 300, "dimensions": {"FunctionName": "g", "Kept": "as it was", "a.b": "new"}}
    changed |= {"alarmActions": ["arn:two", "arn:one"], "alarmDescription": "Now told"}
    old = engine.check(urn, alarm)
    answer = engine.diff(urn, old, engine.check(urn, changed, old))
    assert details(answer) == {
        "period": "UPDATE",
        "dimensions.FunctionName": "UPDATE",
        'dimensions["a.b"]': "ADD",
        "alarmDescription": "ADD",
    }


def test_path_that_needs_another_resource_says_so(engine: PluginClient) -> None:
    urn = urn_of("aws:pipes/pipe:Pipe", "detail")
    pattern = '{"eventName": ["INSERT"]}'

    def pipe(position: str, batch: int) -> Values:
        stream = {"startingPosition": position, "batchSize": batch}
        return {
            "name": "detail",
            "roleArn": "arn:aws:iam::123456789012:role/any",
            "source": "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/s",
            "target": "arn:aws:events:us-east-1:123456789012:event-bus/b",
            "sourceParameters": {
                "filterCriteria": {"filters": [{"pattern": pattern}]},
                "dynamodbStreamParameters": stream,
            },
        }

    old = engine.check(urn, pipe("LATEST", 1))
    stream = "sourceParameters.dynamodbStreamParameters"
    in_place = engine.diff(urn, old, engine.check(urn, pipe("LATEST", 2), old))
    assert details(in_place) == {f"{stream}.batchSize": "UPDATE"}
    assert list(in_place.replaces) == []
    elsewhere = engine.diff(urn, old, engine.check(urn, pipe("TRIM_HORIZON", 2), old))
    assert details(elsewhere) == {
        f"{stream}.batchSize": "UPDATE",
        f"{stream}.startingPosition": "UPDATE_REPLACE",
    }
    assert list(elsewhere.replaces) == ["sourceParameters"]


def test_unknown_value_is_a_difference_of_its_own_place() -> None:
    found = dict(differences(PLAIN, "list", ["a", "b"], ["a", UNKNOWN]))
    assert found == {"list[1]": "update"}


@given(documents, documents)
def test_there_are_paths_exactly_where_there_is_a_difference(old: Any, new: Any) -> None:
    if PLAIN.same("p", old, new):
        return
    found = dict(differences(PLAIN, "p", old, new))
    assert found
    assert all(path.startswith("p") and without_positions(path).startswith("p") for path in found)
