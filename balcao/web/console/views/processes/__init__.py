"""Processes: the list, the editor, the check, trying out, versions, files."""
