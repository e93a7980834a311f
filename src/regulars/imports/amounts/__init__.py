"""Amounts from a file: adjustments of points and stamps, and balances that members bring from another system."""
