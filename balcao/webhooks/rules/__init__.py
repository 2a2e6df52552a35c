"""The decisions of webhooks: which events leave, what they say, how they are signed, when they are tried again."""
