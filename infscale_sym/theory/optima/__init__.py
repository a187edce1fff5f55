"""The best temperature, number of answers and judge (HP, Remarks 2 to 4)."""
