"""What a plug-in must be: small protocols, frozen dataclasses and the registry."""
