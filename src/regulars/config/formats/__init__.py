"""How each language writes numbers and times, where it differs from what Django says of it.

Django looks for "zh-hans-x-branch" under "zh", of which it knows nothing: what is here is whole for our pages.
"""
