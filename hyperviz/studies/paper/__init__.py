"""Which claims of the paper hold? Every claim, judged by the results of the other studies."""
