"""The document's pieces as forms: a field `a__b` is the document's `a.b`, so that reading, writing and faults need no
table of their own.
"""
