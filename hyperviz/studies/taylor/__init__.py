"""Ask which Taylor terms survive when f gets wide (Theorem 1, Remark 1)."""
