"""Migrations of the directory."""
