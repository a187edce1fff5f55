"""How the error falls with the number of answers and of data, and with difficulty (HP, Remark 6)."""
