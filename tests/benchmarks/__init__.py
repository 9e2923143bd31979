"""Speed, measured as ratios: both sides interleaved in one run, on data made here."""
