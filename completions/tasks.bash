_tasks_complete() {
    local answer
    COMPREPLY=()
    # The program gets the whole line and the word as bash sees it, and does the quoting.
    while IFS= read -r answer; do
        [[ -n $answer ]] && COMPREPLY+=("$answer")
    done <<< "$(COMPLETE=bash tasks -- "${COMP_LINE:0:COMP_POINT}" "${COMP_LINE:COMP_POINT}" "$2" 2> /dev/null)"
}
if [[ ${BASH_VERSINFO[0]} -gt 4 || (${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4) ]]; then
    complete -o nospace -o nosort -F _tasks_complete tasks
else
    complete -o nospace -F _tasks_complete tasks
fi
