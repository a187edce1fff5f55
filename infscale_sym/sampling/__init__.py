"""What every drawing shares, whatever is drawn: streams, blocks, standard errors, extrapolation, input checks. No topic."""
