"""Two environments side by side in one account do not touch each other, from deployment to teardown."""

from tests.engine.conftest import Pipeline
from tests.engine.pipeline import send_suspicious
from tests.engine.world import ORDER

SECOND = "second"


def test_a_second_environment_comes_and_goes_and_the_first_never_notices(pipeline: Pipeline) -> None:
    world = pipeline.world
    client = world.cloud.client
    world.add_environment(SECOND)
    states, stands, begun = world.states(), world.leftovers(), len(world.control_calls())
    topic = world.outputs("data")["fraud_alerts_topic_arn"]
    assert stands
    assert world.leftovers(SECOND) == []

    world.deploy(environment=SECOND)
    mirrored = [each.replace(SECOND, "dev") for each in world.leftovers(SECOND)]
    assert sorted(map(kind_of, mirrored)) == sorted(map(kind_of, stands)), "as many of each kind"
    assert world.orphans(SECOND) == []

    sent = send_suspicious(world, "only-in-the-second", environment=SECOND)
    (mail,) = sent.mails
    assert mail.topic_arn == topic.replace("dev", SECOND)
    tables = {name: client("dynamodb").scan(TableName=f"transactions-{name}") for name in ("dev", SECOND)}
    ids = {name: [item["transaction_id"]["S"] for item in each["Items"]] for name, each in tables.items()}
    assert ids[SECOND] == [sent.body["transaction_id"]]
    assert sent.body["transaction_id"] not in ids["dev"]

    world.make("destroy", environment=SECOND).succeeded()

    assert world.leftovers(SECOND) == []
    assert world.states(environment=SECOND) == {}
    assert world.leftovers() == stands
    assert {layer: state.content for layer, state in world.states().items()} == {
        layer: state.content for layer, state in states.items()
    }
    named = [each for each in world.control_calls()[begun:] if "dev" in str(each["names"])]
    assert named == [], "nothing of the first was asked for"
    for layer in ORDER:
        unchanged = world.pulumi(layer, "refresh", "--yes", "--skip-preview", "--expect-no-changes")
        unchanged.succeeded()
    (mail,) = send_suspicious(world, "still-in-the-first").mails
    assert mail.topic_arn == topic


def kind_of(leftover: str) -> str:
    return leftover.partition(" ")[0]
