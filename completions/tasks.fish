complete --keep-order --exclusive --command tasks --arguments "(COMPLETE=fish tasks -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
