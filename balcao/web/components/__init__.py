"""What all faces share: templates, styles, behaviours, and how names, dates and numbers look."""
