"""The program as a document: every rule a shop can want, as values that are the file, the database's JSON and the
screen's form at once. Nothing here looks at a clock, a member or a sale.
"""
