#!/usr/bin/env bash
# A job of a CI service: installs a release of `tasks`, runs one command, and reports its runs. The GitHub
# Action (action.yml) and the GitLab component (templates/tasks.yml) use it.
#
# Variables:
#   JOB_COMMAND  command and arguments, quoted as in a shell; empty to install only
#   JOB_JUNIT    file of the JUnit report (optional)
#   JOB_DOTENV   file of the outputs as variables, RUN_ID, RUN_OUTCOME and RUN_URL (optional)
#   JOB_BIN      folder of the program
#   TASKS_RELEASES and TASKS_VERSION as for install.sh, and all other variables of tasks
# Files of GitHub, if their variables are set: GITHUB_OUTPUT, GITHUB_PATH, GITHUB_STEP_SUMMARY
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 2
}

install_program() {
  local installer=$here/install.sh
  [[ -f $installer ]] || installer=$here/../install.sh
  TASKS_INSTALL_DIR=$JOB_BIN sh "$installer"
  PATH=$JOB_BIN:$PATH
  [[ -z ${GITHUB_PATH:-} ]] || printf '%s\n' "$JOB_BIN" >>"$GITHUB_PATH"
}

# Splits JOB_COMMAND into `words`. xargs removes quotes and expands nothing.
read_command() {
  local all
  all=$(mktemp)
  printf '%s\n' "$JOB_COMMAND" | xargs printf '%s\0' >"$all" ||
    fail 'the command has an unmatched quote' 'quote words with blanks: invoke "Clear caches" --yes; put double quotes within single quotes'
  words=()
  while IFS= read -r -d '' word; do words+=("$word"); done <"$all"
  rm -f "$all"
  [[ ${words[0]} != tasks ]] || words=("${words[@]:1}")
  case ${words[0]:-} in
    '' | -*) fail 'the input "command" does not begin with a command of tasks' 'begin with one, such as invoke' ;;
  esac
}

# Sets `flags` for commands that wait for runs: the reports, and the result in a form that this script reads.
read_flags() {
  flags=()
  case ${words[0]} in
    invoke | run | exec | rerun) flags+=(--wait) ;;
    wait | cancel) ;;
    *) return 0 ;;
  esac
  flags+=(-o tsv)
  [[ -z ${GITHUB_STEP_SUMMARY:-} ]] || flags+=(--report "markdown=$GITHUB_STEP_SUMMARY")
  [[ -z ${JOB_JUNIT:-} ]] || flags+=(--report "junit=$JOB_JUNIT")
}

# Sets `context` to the flag that selects the Lagoon, if the command has one.
read_context() {
  local at
  context=()
  for ((at = 1; at < ${#words[@]}; at++)); do
    case ${words[at]} in
      --) return ;;
      -l | --context) context=(-l "${words[at + 1]-}") ;;
      -l?* | --context=*) context=("${words[at]}") ;;
    esac
  done
}

# The columns of a run are a contract: its id is the first one, its outcome the fifth.
write_outputs() {
  local id rest outcome ids='' verdict='' url='' context
  read_context
  while IFS=$'\t' read -r id _ _ _ outcome rest; do
    # Help and a report on stdout are no runs.
    [[ $id =~ ^[0-9]+$ ]] || continue
    # A failure is ignored: the address of Lagoon's UI is known only for some contexts.
    [[ -n $ids ]] || url=$(tasks ${context[@]+"${context[@]}"} status "$id" --jq '.url // ""' </dev/null 2>/dev/null) ||
      url=''
    ids=${ids:+$ids }$id
    case $verdict in '' | completed) verdict=$outcome ;; esac
  done <"$result"
  output run-id RUN_ID "$ids"
  output outcome RUN_OUTCOME "$verdict"
  output url RUN_URL "$url"
}

# output NAME VARIABLE VALUE
output() {
  [[ -z ${GITHUB_OUTPUT:-} ]] || printf '%s=%s\n' "$1" "$3" >>"$GITHUB_OUTPUT"
  [[ -z ${JOB_DOTENV:-} ]] || printf '%s=%s\n' "$2" "$3" >>"$JOB_DOTENV"
}

main() {
  install_program
  [[ -n ${JOB_COMMAND//[[:space:]]/} ]] || return 0
  read_command
  read_flags
  if ((${#flags[@]} == 0)); then
    tasks "${words[@]}"
    return
  fi
  local code=0 result
  result=$(mktemp)
  # The flags precede the arguments, because a command of exec ends the flags.
  tasks "${words[0]}" "${flags[@]}" "${words[@]:1}" >"$result" || code=$?
  cat "$result"
  write_outputs
  rm -f "$result"
  return "$code"
}

main
