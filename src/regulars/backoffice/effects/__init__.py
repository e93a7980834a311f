"""What somebody asks leave for, as the approver sees it: the effect when it was asked, and the effect now."""
