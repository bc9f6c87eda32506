"""The two gates: may this plan be spent, may this policy decide unattended. Their verdicts are signed records."""
