"""The paths of payments and analysts, one function each; each waits until its last hop is seen."""

import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial

from shared.runtime.changes import VERDICT_PREFIX, history_key
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tools.audit.privileges.playing import Playing, words
from tools.audit.privileges.stage import PathError, expect, until


class Paths(Playing):
    """What payment services and analysts do."""

    def all(self) -> Mapping[str, Callable[[], None]]:
        """Return the paths in the order in which they must be played, by what each shows."""
        return {
            "a payment that is stored and decided": self.quiet_payment,
            "requests that are refused": self.refused_requests,
            "a profile that cannot be read": self.damaged_profile,
            "an account on a list, its alerts, one mail for several": self.alerts,
            "verdicts, the last of which counts": self.verdicts,
            "alerts, an account and the audit, looked at": self.looking,
            "rules, published and taken back": self.rules,
            "a change that a second person approves": self.approval,
            "the analyst's desk": self.desk,
            "lists, rules and the audit by who may do that alone": self.single_jobs,
        }

    def quiet_payment(self) -> None:
        """Post, store, decide."""
        self.pay("quiet-1", "a-quiet")
        self.decided("quiet-1")

    def refused_requests(self) -> None:
        """The same again, another body under the same id, no body at all."""
        again = self.body("quiet-1", "a-quiet")
        expect("the same payment again", self.post(again), 200)
        expect("another body under its id", self.post({**again, "amount": 22.0}), 409)
        expect("half a payment", self.post({"transaction_id": "half"}), 400)

    def damaged_profile(self) -> None:
        """The detector sets it aside, and begins another one."""
        damaged = {"profile_id": {"S": "account#a-damaged"}, "revision": {"N": "1"}, "state": {"S": "?"}}
        table = self.stage.target.profiles_table_name
        self.stage.client("dynamodb").put_item(TableName=table, Item=damaged)
        self.pay("after-damage-1", "a-damaged")
        self.decided("after-damage-1")

    def alerts(self) -> None:
        """Deny an account; two of its payments alert, the second within the first one's window."""
        decides = self.people["analyst-decides"]
        self.stage.command("analyst.controls", *words(account="a-denied", list="deny", by="ana"), by=decides)
        time.sleep(REMEMBERED_SECONDS)
        for name in ("denied-1", "denied-2"):
            self.pay(name, "a-denied")
            until(f"the record of {name} says that it was mailed", partial(self.mailed, name))
        mails = self.stage.directory / "mail"
        until("the mail of both together", lambda: len(list(mails.iterdir())) == 2)

    def verdicts(self) -> None:
        """A fraud, which changes profiles; the other verdict on it; one on what was no alert."""
        decides = self.people["analyst-decides"]
        for transaction, verdict in (
            ("denied-1", "confirmed_fraud"),
            ("denied-1", "legitimate"),
            ("quiet-1", "legitimate"),
        ):
            said = words(transaction=transaction, verdict=verdict, by="ana", note="as seen")
            self.stage.command("analyst.verdict", *said, by=decides)

    def looking(self) -> None:
        """Lists, an account by its transaction, the audit, and what is in force."""
        self._forget_the_first_verdict_on("denied-1")
        decides = self.people["analyst-decides"]
        looks = self.people["analyst-looks"]
        self.stage.command("analyst.alerts", "--status", "ALL", by=looks)
        self.stage.command("analyst.account", "--transaction", "denied-1", by=looks)
        self.stage.command("analyst.audit", by=looks)
        self.stage.command("analyst.controls", "--history", by=looks)
        self.stage.command("analyst.alerts", "--status", "ALL", by=decides)
        self.stage.command("analyst.audit", by=decides)
        self.stage.command("analyst.controls", "--transaction", "denied-1", by=decides)

    def _forget_the_first_verdict_on(self, transaction_id: str) -> None:
        """Take it out of the history: of before there was one, the alert's record alone knows verdicts."""
        key = history_key(f"{VERDICT_PREFIX}{self.alert(transaction_id)}", 1)
        table = self.stage.target.profiles_table_name
        self.stage.client("dynamodb").delete_item(TableName=table, Key={"profile_id": {"S": key}})

    def rules(self) -> None:
        """Publish the package's own file, go back to the package, and let the file challenge it."""
        decides = self.people["analyst-decides"]
        path = self.stage.directory / "rules.json"
        self.stage.command("analyst.rules", "--out", str(path), by=decides)
        for change in (("--file", str(path)), ("--reset",), ("--challenger", str(path))):
            self.stage.command("analyst.rules", *change, "--by", "ana", by=decides)
        # 1: no payment was scored by both, for a challenger that is in force already scores none.
        self.stage.command("analyst.challenger", by=decides, codes=(0, 1))
        self.stage.command("analyst.rules", "--challenger", "none", "--by", "ana", by=decides)

    def approval(self) -> None:
        """Allow an account for ever: it waits until somebody else approves it, who also looks around."""
        decides = self.people["analyst-decides"]
        self.stage.command(
            "analyst.controls", *words(account="a-allowed", list="allow", by="ana"), by=decides
        )
        approves = self.people["analyst-approves"]
        found = re.search(r"CHANGE=([0-9a-f]{16})", self.stage.command("analyst.approve", by=approves))
        if found is None:
            raise PathError("nothing waits for a second person")
        self.stage.command("analyst.approve", "--change", found[1], "--by", "ben", by=approves)
        self.stage.command("analyst.audit", by=approves)
        self.stage.command("analyst.account", "--transaction", "denied-1", by=approves)

    def single_jobs(self) -> None:
        """Who has one job alone does it, what it must read included."""
        edits, publishes = self.people["lists-editor"], self.people["rules-publisher"]
        self.stage.command("analyst.controls", *words(account="a-edited", list="watch", by="eve"), by=edits)
        path = self.stage.directory / "rules.json"
        path.write_text(path.read_text("utf-8").replace('"version": "', '"version": "other-', 1), "utf-8")
        self.stage.command("analyst.rules", "--file", str(path), "--by", "pat", by=publishes)
        self.stage.command("analyst.audit", by=self.people["auditor"])

    def desk(self) -> None:
        """Open each page."""
        decides = self.people["analyst-decides"]
        process = self.stage.start("analyst.desk", "--by", "ana", by=decides)
        if process.stdout is None:
            raise PathError("the desk prints nothing")
        try:
            said = "".join(process.stdout.readline() for _ in range(3))
            found = re.search(r"(http://127\.0\.0\.1:\d+)/\?token=\S+", said)
            if found is None:
                raise PathError(f"the desk names no address: {said}")
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            until("the desk answers", lambda: _answers(opener, found[0]))
            for path in (
                "alerts",
                "rules",
                "quality",
                "audit",
                "account?id=a-denied",
                f"alert?id={self.alert('denied-1')}",
            ):
                opener.open(f"{found[1]}/{path}").read()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def _answers(opener: urllib.request.OpenerDirector, url: str) -> bool:
    try:
        opener.open(url).read()
    except urllib.error.HTTPError as error:
        raise PathError(f"{url}: {error}") from error
    except urllib.error.URLError:
        return False  # it prints its address before it listens
    return True
