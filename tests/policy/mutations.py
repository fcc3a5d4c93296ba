"""Ways to spoil an estate, for planting the violation that a check must report."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from tests.support.recorded import Estate, Resource

Mutation = Callable[[Estate], Estate]
Statements = list[dict[str, Any]]


@dataclass(frozen=True)
class Planted:
    """A violation: the check that must report it, what is spoilt, and a word its report must hold."""

    check: str
    spoil: Mutation
    mention: str

    def __str__(self) -> str:
        return f"{self.check}: {self.mention}"


def _change(type_: str, stem: str, change: Callable[[Resource], Resource]) -> Mutation:
    def mutate(estate: Estate) -> Estate:
        old = estate.one(type_, stem)
        resources = tuple(change(each) if each is old else each for each in estate.resources)
        return replace(estate, resources=resources)

    return mutate


def with_input(type_: str, stem: str, path: str, value: Any) -> Mutation:
    """Set an input (a path with dots) of one resource; ``None`` removes it."""

    def change(resource: Resource) -> Resource:
        inputs = deepcopy({key: item for key, item in resource.inputs.items() if key != "code"})
        inputs |= {key: item for key, item in resource.inputs.items() if key == "code"}
        *parents, last = path.split(".")
        target = inputs
        for parent in parents:
            target = target.setdefault(parent, {})
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value
        return replace(resource, inputs=inputs)

    return _change(type_, stem, change)


def with_statements(type_: str, stem: str, key: str, edit: Callable[[Statements], None]) -> Mutation:
    """Edit the statements of a policy in place."""

    def change(resource: Resource) -> Resource:
        policy = json.loads(resource.inputs[key])
        edit(policy["Statement"])
        return replace(resource, inputs={**resource.inputs, key: json.dumps(policy)})

    return _change(type_, stem, change)


def with_option(type_: str, stem: str, option: str, value: Any) -> Mutation:
    return _change(
        type_, stem, lambda resource: replace(resource, options={**resource.options, option: value})
    )


def with_fields(type_: str, stem: str, **fields: Any) -> Mutation:
    """Change what a resource is, not what it was given: its name, provider, dependencies."""
    return _change(type_, stem, lambda resource: replace(resource, **fields))


def without(type_: str, stem: str) -> Mutation:
    def mutate(estate: Estate) -> Estate:
        gone = estate.one(type_, stem)
        return replace(estate, resources=tuple(each for each in estate.resources if each is not gone))

    return mutate


def without_type(type_: str) -> Mutation:
    def mutate(estate: Estate) -> Estate:
        gone = estate.of_type(type_)
        assert gone, f"no {type_} to take away"
        return replace(estate, resources=tuple(each for each in estate.resources if each not in gone))

    return mutate


def adding(
    type_: str, stem: str, inputs: Mapping[str, Any] | None = None, like: str | None = None
) -> Mutation:
    """Register one more resource: made up, or like the existing one of that type whose stem is ``like``."""

    def mutate(estate: Estate) -> Estate:
        name = f"{stem}-{estate.suffix}"
        model = estate.one(type_, like) if like else estate.resources[0]
        extra = replace(
            model,
            type=model.type if like else f"aws:{type_}",
            name=name,
            urn=f"{model.urn}-{name}",
            custom=True,
            inputs={**(model.inputs if like else {}), **(inputs or {})},
            outputs=model.outputs if like else {"arn": f"arn:aws:made-up:us-east-1:123456789012:{name}"},
        )
        return replace(estate, resources=(*estate.resources, extra))

    return mutate


def all_of(*mutations: Mutation) -> Mutation:
    def mutate(estate: Estate) -> Estate:
        for each in mutations:
            estate = each(estate)
        return estate

    return mutate


def in_environment(environment: str) -> Mutation:
    """Call the estate another environment's, for what only holds there."""
    return lambda estate: replace(estate, environment=environment)


def first(statements: Statements, sid: str) -> dict[str, Any]:
    """The statement of a Sid; a plant whose statement is gone must not pass in silence."""
    found = [statement for statement in statements if statement["Sid"] == sid]
    assert len(found) == 1, (
        f"{len(found)} statements are called {sid}: {[each['Sid'] for each in statements]}"
    )
    return found[0]


def set_in(sid: str, key: str, value: Any) -> Callable[[Statements], None]:
    """Set a part of the statement called ``sid``; ``None`` removes it."""

    def edit(statements: Statements) -> None:
        statement = first(statements, sid)
        if value is None:
            del statement[key]
        else:
            statement[key] = value

    return edit


def drop(sid: str) -> Callable[[Statements], None]:
    return lambda statements: statements.remove(first(statements, sid))


def append(**statement: Any) -> Callable[[Statements], None]:
    return lambda statements: statements.append(statement)


def on_alarms_of(metric: str, key: str, value: Any) -> Mutation:
    """Set an input of every alarm on a metric, whatever the alarm is called."""

    def mutate(estate: Estate) -> Estate:
        hit = [
            each
            for each in estate.of_type("cloudwatch/metricAlarm:MetricAlarm")
            if each.inputs.get("metricName") == metric
        ]
        assert hit, f"no alarm watches {metric}"
        resources = tuple(
            replace(each, inputs={**each.inputs, key: value}) if each in hit else each
            for each in estate.resources
        )
        return replace(estate, resources=resources)

    return mutate
