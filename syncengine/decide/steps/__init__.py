"""The steps of a judgement: one file, one signature, one question each."""
