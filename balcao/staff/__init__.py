"""Agents, teams, departments and what each role may do."""
