"""The stories that cross modules, each told in order. Read this folder first."""
