"""The words of refusals, failures and reasons: one English sentence a code, which the panel's catalogues translate."""
