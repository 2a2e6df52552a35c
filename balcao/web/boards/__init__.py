"""The boards: the numbers of the company, one press away from what they are made of."""
