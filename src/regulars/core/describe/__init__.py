"""Every part of the program in plain words: rules, conditions, limits, units, tiers, cards and rewards."""
