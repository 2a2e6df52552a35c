"""The policy engine: law and shop side by side, the better of the two for the customer in every part.

It grants, or hands the case to a person with the rule shown. It cannot refuse.
"""

from balcao.returns.rules.policy.deciding import decide, freight_rule

__all__ = ["decide", "freight_rule"]
