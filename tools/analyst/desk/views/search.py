"""Where a search leads: to what is called so, else to the alerts whose ids contain it."""

from urllib.parse import urlencode

from tools.analyst.desk.filters import EVERY, Filter
from tools.analyst.desk.parts import Desk
from tools.analyst.records.subjects import is_pseudonym


def address_of(desk: Desk, sought: str) -> str:
    """Return the address of an account, a merchant, an alert, or a list of alerts.

    Args:
        desk: The desk.
        sought: Id of a transaction, an account or a merchant, a pseudonym, or a part of one.

    Raises:
        OperatorError: AWS refuses.
    """
    known = desk.model.all()
    if is_pseudonym(sought) or any(each.account_id == sought for each in known):
        return f"/account?{urlencode({'id': sought})}"
    if any(each.merchant_id == sought for each in known):
        return f"/merchant?{urlencode({'id': sought})}"
    found = [each for each in known if each.transaction_id == sought]
    if not found and sought and (record := desk.tables.alert_of(sought)):
        found = [record]
    if len(found) == 1:
        return f"/alert?{urlencode({'id': found[0].alert_id})}"
    listed = f"/alerts?{Filter(status=EVERY, search=sought).words()}"
    if found or not sought or any(sought.lower() in each.haystack for each in known):
        return listed
    # A payment that nobody was alerted of leads to who paid.
    paid = desk.tables.transactions(sought)
    return f"/account?{urlencode({'id': paid[0].account_id})}" if paid else listed
