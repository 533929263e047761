"""Ask which claims of the paper hold: every claim, judged by the results of the other studies."""
