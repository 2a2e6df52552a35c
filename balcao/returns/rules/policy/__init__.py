"""The policy engine: law and shop side by side, the better of the two for the customer in every part.

It grants, or hands the case to a person with the rule shown. It cannot refuse.
"""

from balcao.returns.rules.policy.deciding import decide, freight_rule
from balcao.returns.rules.policy.showing import Excepted, exceptions_of, terms_beside

__all__ = ["Excepted", "decide", "exceptions_of", "freight_rule", "terms_beside"]
