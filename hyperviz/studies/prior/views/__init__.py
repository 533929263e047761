"""Answer what each button below the first chart of /prior asks."""
