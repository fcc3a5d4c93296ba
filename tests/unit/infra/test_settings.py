"""Settings: typed values, and errors that name the key, the file and what to write."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.infra.settings import SettingError, SettingsReader, UnknownSettingError

NAMESPACE = "fraud-compute"


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SettingsReader]:
    """A reader of the compute layer's settings in the stack ``dev``, as Pulumi would have loaded them."""
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")

    def make(aws: Mapping[str, str] = MappingProxyType({}), **settings: str) -> SettingsReader:
        values = {f"{NAMESPACE}:{key}": value for key, value in settings.items()}
        pulumi.runtime.set_all_config({**values, **{f"aws:{key}": value for key, value in aws.items()}})
        return SettingsReader("compute")

    return make


def test_values_come_out_typed(reader: Callable[..., SettingsReader]) -> None:
    settings = reader(
        level="INFO", days="30", logs="true", mails='["a@b.example"]', zones='["us-east-1a", "us-east-1c"]'
    )
    assert settings.choice("level", ("INFO", "DEBUG")) == "INFO"
    assert settings.integer("days", minimum=0, maximum=30) == 30
    assert settings.flag("logs") is True
    assert settings.mail_addresses("mails") == ("a@b.example",)
    assert settings.availability_zones("zones", count=2) == ("us-east-1a", "us-east-1c")


def test_a_network_is_private_and_of_a_size_that_aws_takes(reader: Callable[..., SettingsReader]) -> None:
    assert reader(cidr="10.20.0.0/16").network("cidr", longest_prefix=24) == IPv4Network("10.20.0.0/16")


READS: dict[str, Callable[[SettingsReader], Any]] = {
    "text": lambda settings: settings.text("key", example="words"),
    "choice": lambda settings: settings.choice("key", ("INFO", "DEBUG")),
    "integer": lambda settings: settings.integer("key", minimum=1, maximum=9),
    "flag": lambda settings: settings.flag("key"),
    "texts": lambda settings: settings.texts("key", example="one"),
    "mails": lambda settings: settings.mail_addresses("key"),
    "zones": lambda settings: settings.availability_zones("key", count=2),
    "network": lambda settings: settings.network("key", longest_prefix=24),
}


@pytest.mark.parametrize("kind", sorted(READS))
def test_a_missing_setting_names_key_file_and_an_example(
    kind: str, reader: Callable[..., SettingsReader]
) -> None:
    with pytest.raises(SettingError) as raised:
        READS[kind](reader())
    assert (raised.value.key, raised.value.file) == ("fraud-compute:key", "stacks/compute/Pulumi.dev.yaml")
    message = str(raised.value)
    assert "stacks/compute/Pulumi.dev.yaml: fraud-compute:key is missing" in message
    assert re.search(r"\n  fraud-compute:key: \S", message)


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("text", "  ", "is empty"),
        ("choice", "LOUD", "'LOUD', not one of INFO, DEBUG"),
        ("integer", "many", "'many', not a whole number"),
        ("integer", "1.5", "not a whole number"),
        ("integer", "0", "is 0, not between 1 and 9"),
        ("integer", "10", "is 10, not between 1 and 9"),
        ("flag", "yes", "'yes', not one of false, true"),
        ("texts", "one", "is not a list"),
        ("texts", "[]", "at least one entry"),
        ("texts", '{"a": 1}', "at least one entry"),
        ("texts", '["one", 2]', "not text: [2]"),
        ("texts", '["one", "one"]', "twice"),
        ("mails", '["nobody"]', "no e-mail address: ['nobody']"),
        ("mails", '["a.b@c.example", "a-b@c.example"]', "differ in punctuation alone"),
        ("zones", '["us-east-1a"]', "has 1 entries, not 2"),
        ("zones", '["us-east-1a", "eu-west-1a"]', "no zone of us-east-1: ['eu-west-1a']"),
        ("network", "10.20.0.1/16", "not an IPv4 network"),
        ("network", "8.8.0.0/16", "not a private network"),
        ("network", "10.0.0.0/8", "not a private network from /16 to /24"),
        ("network", "10.0.0.0/25", "not a private network from /16 to /24"),
    ],
)
def test_a_wrong_setting_says_what_is_wrong(
    kind: str, value: str, problem: str, reader: Callable[..., SettingsReader]
) -> None:
    with pytest.raises(SettingError, match=re.escape(problem)) as raised:
        READS[kind](reader(key=value))
    assert raised.value.key == "fraud-compute:key"


def test_another_region_is_refused_before_anything_else(reader: Callable[..., SettingsReader]) -> None:
    with pytest.raises(SettingError, match=r"aws:region is 'eu-west-1', but this project runs in us-east-1"):
        reader(aws={"region": "eu-west-1"})
    reader(aws={"region": "us-east-1"})


def test_an_environment_may_be_bound_to_its_accounts(reader: Callable[..., SettingsReader]) -> None:
    assert reader().allowed_account_ids() == ()
    two = reader(aws={"allowedAccountIds": '["123456789012","012345678901"]'})
    assert two.allowed_account_ids() == ("123456789012", "012345678901")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("123456789012", "is not a list of at least one account"),
        ("prod", "is not a list of at least one account"),
        ("[]", "is not a list of at least one account"),
        # Without quotes the file's format takes a leading zero away.
        ("[12345678901]", "has entries that are no account's twelve digits: [12345678901]"),
    ],
)
def test_accounts_that_are_none_are_refused(
    value: str, problem: str, reader: Callable[..., SettingsReader]
) -> None:
    with pytest.raises(SettingError, match=re.escape(f"dev.yaml: aws:allowedAccountIds {problem}")):
        reader(aws={"allowedAccountIds": value}).allowed_account_ids()


def test_the_suffix_is_the_stack_s_name_unless_set(reader: Callable[..., SettingsReader]) -> None:
    assert reader().names().suffix == "dev"
    assert reader(environment_suffix="blue").names().suffix == "blue"
    with pytest.raises(SettingError, match=r"environment_suffix cannot be the end of every name: .*'Blue_1'"):
        reader(environment_suffix="Blue_1").names()


def test_a_misspelt_setting_is_refused_with_the_one_that_is_meant(
    reader: Callable[..., SettingsReader],
) -> None:
    with (
        pytest.raises(
            UnknownSettingError, match=r"Pulumi\.dev\.yaml: fraud-compute:log_levle .*log_level is"
        ),
        reader(log_level="INFO", log_levle="DEBUG") as settings,
    ):
        settings.choice("log_level", ("INFO", "DEBUG"))
    with (
        pytest.raises(UnknownSettingError, match=r"fraud-compute:zzz is no setting .*there are log_level$"),
        reader(log_level="INFO", zzz="1") as settings,
    ):
        settings.text("log_level", example="INFO")


def test_settings_that_are_all_read_or_belong_to_others_are_taken(
    reader: Callable[..., SettingsReader],
) -> None:
    with reader({"region": "us-east-1"}, level="INFO", list='["one"]') as settings:
        assert settings.names().suffix == "dev"
        assert settings.text("level", example="INFO") == "INFO"
        assert settings.texts("list", example="one") == ("one",)


def test_a_wrong_setting_is_told_before_an_unknown_one(reader: Callable[..., SettingsReader]) -> None:
    with pytest.raises(SettingError, match="level is 'LOUD'"), reader(level="LOUD", zzz="1") as settings:
        settings.choice("level", ("INFO", "DEBUG"))


@given(number=st.integers(min_value=-(10**9), max_value=10**9))
def test_an_integer_is_read_exactly_or_refused(number: int) -> None:
    pulumi.runtime.set_all_config({f"{NAMESPACE}:key": str(number)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulumi, "get_stack", lambda: "dev")
        settings = SettingsReader("compute")
        if 100 <= number <= 10_000:
            assert settings.integer("key", minimum=100, maximum=10_000) == number
        else:
            with pytest.raises(SettingError):
                settings.integer("key", minimum=100, maximum=10_000)
