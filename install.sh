#!/bin/sh
# Installs the program `tasks` from a release, after checking its checksum. Needs no root.
#
#   sh install.sh
#
# Variables:
#   TASKS_RELEASES     address or folder of the releases (https://…, file://… or a path)
#   TASKS_VERSION      version to install, such as 0.1.0 (default: latest)
#   TASKS_INSTALL_DIR  folder of the program (default: ~/.local/bin)
set -eu

# The release workflow writes its repository's address here.
default_releases=''

say() {
  printf '%s\n' "$*" >&2
}

# fail MESSAGE [HINT]
fail() {
  say "error: $1"
  [ -z "${2-}" ] || say "hint: $2"
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

usage() {
  cat <<'END'
Install the program `tasks` from a release

Usage: sh install.sh

Variables:
  TASKS_RELEASES     address or folder of the releases (https://…, file://… or a path)
  TASKS_VERSION      version to install, such as 0.1.0 (default: latest)
  TASKS_INSTALL_DIR  folder of the program (default: ~/.local/bin)
END
}

# The target of the release archive for this machine.
detect_target() {
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no release for the processor $machine" 'build it from source with Rust: cargo install --path .' ;;
  esac
  case $(uname -s) in
    Linux) echo "$machine-unknown-linux-musl" ;;
    Darwin) echo "$machine-apple-darwin" ;;
    *) fail "this script installs on Linux and macOS, not on $(uname -s)" \
      'on Windows, download the .zip archive of the release and unpack it' ;;
  esac
}

# Checks the form of the address, because it is passed to other programs.
read_releases() {
  releases=${TASKS_RELEASES:-$default_releases}
  while [ "$releases" != "${releases%/}" ]; do releases=${releases%/}; done
  case $releases in
    '') fail 'no download address' \
      'set TASKS_RELEASES to the address of the releases, such as https://git.example.com/tasks/releases, or to a folder' ;;
    https://*) is_folder= ;;
    # What precedes an @ is a user, not the server.
    http://*@*) fail "TASKS_RELEASES is an unencrypted address: $releases" 'use https:// or a folder' ;;
    http://127.0.0.1[:/]* | http://localhost[:/]*) is_folder= ;;
    http://*) fail "TASKS_RELEASES is an unencrypted address: $releases" 'use https:// or a folder' ;;
    file://*%*) fail "TASKS_RELEASES has an encoded character: $releases" 'set it to the path of the folder' ;;
    file:///*) is_folder=1 releases=${releases#file://} ;;
    *://*) fail "TASKS_RELEASES is neither https:// nor file:// nor a folder: $releases" ;;
    /*) is_folder=1 ;;
    *) is_folder=1 releases=./$releases ;;
  esac
  if [ -n "$is_folder" ] && ! [ -d "$releases" ]; then
    fail "the folder of TASKS_RELEASES does not exist: $releases"
  fi
}

# fetch PATH FILE: copies or downloads a file of the releases.
fetch() {
  if [ -n "$is_folder" ]; then
    [ -f "$releases/$1" ] && cp "$releases/$1" "$2"
  elif have curl; then
    case $releases in
      https:*) curl --proto '=https' --fail --silent --show-error --location --retry 3 --output "$2" "$releases/$1" ;;
      *) curl --noproxy '*' --fail --silent --show-error --output "$2" "$releases/$1" ;;
    esac
  # The wget of BusyBox does not check certificates.
  elif wget --version 2>/dev/null | grep -q '^GNU Wget'; then
    wget -q -O "$2" "$releases/$1"
  else
    fail 'neither curl nor GNU Wget is installed' 'install curl, or set TASKS_RELEASES to a folder'
  fi
}

read_version() {
  version=${TASKS_VERSION:-latest}
  if [ "$version" = latest ]; then
    fetch latest/download/VERSION "$temporary/VERSION" ||
      fail "the latest version is unknown: cannot read $releases/latest/download/VERSION" \
        'check TASKS_RELEASES, or name a version with TASKS_VERSION'
    version=$(cat "$temporary/VERSION")
  fi
  version=${version#v}
  case $version in
    '' | *[!0-9A-Za-z.+-]* | [!0-9]*) fail "invalid version: $version" 'set it to a version, such as TASKS_VERSION=0.1.0' ;;
  esac
}

# Prints the SHA-256 checksum of a file.
checksum() {
  if have sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif have shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif have openssl; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    fail 'no program to check the checksum with' 'install sha256sum, shasum or openssl'
  fi
}

# Downloads the archive, and stops unless its checksum is the published one.
download() {
  name=tasks-$version-$target
  archive=$name.tar.gz
  address=$releases/download/v$version/$archive
  say "downloading $address"
  fetch "download/v$version/$archive" "$temporary/$archive" ||
    fail "cannot download $address" "check that version $version exists and has an archive for $target"
  fetch "download/v$version/$archive.sha256" "$temporary/$archive.sha256" ||
    fail "cannot download the checksum: $address.sha256" 'without it, nothing is installed'
  expected=$(cut -d ' ' -f 1 "$temporary/$archive.sha256")
  actual=$(checksum "$temporary/$archive")
  if [ -z "$actual" ] || [ "$expected" != "$actual" ]; then
    say "expected: $expected"
    say "actual:   $actual"
    fail "the checksum of $archive does not match; nothing was installed" 'download it again; if this repeats, report it'
  fi
}

unpack() {
  tar -xzf "$temporary/$archive" -C "$temporary" || fail "cannot unpack $archive"
  program=$temporary/$name/tasks
  [ -f "$program" ] || fail "$archive does not contain $name/tasks"
  chmod 755 "$program"
}

install_program() {
  mkdir -p "$folder" || fail "cannot create $folder" 'name another folder with TASKS_INSTALL_DIR'
  folder=$(cd "$folder" && pwd)
  # The program would be moved into it.
  ! [ -d "$folder/tasks" ] || fail "$folder/tasks is a folder" 'name another folder with TASKS_INSTALL_DIR'
  # The new file replaces the old one at once, even while that one is executed.
  new=$folder/.tasks-$$
  cp "$program" "$new" || fail "cannot write to $folder" 'name another folder with TASKS_INSTALL_DIR'
  installed=$("$new" --version 2>&1) || fail "the program does not run on this machine: $installed"
  [ "$installed" = "tasks $version" ] || fail "the archive has another version: $installed, not $version"
  mv -f "$new" "$folder/tasks" || fail "cannot replace $folder/tasks"
  new=
}

report() {
  say "installed tasks $version in $folder"
  case :$PATH: in
    *:"$folder":*)
      first=$(command -v tasks || true)
      [ "$first" = "$folder/tasks" ] || say "warning: the command \`tasks\` still starts $first" ;;
    *) say "hint: $folder is not on your PATH; add it in your shell's profile: export PATH=\"$folder:\$PATH\"" ;;
  esac
  say 'try it: tasks -l sandbox invoke'
}

clean_up() {
  [ -z "$temporary" ] || rm -rf "$temporary"
  [ -z "$new" ] || rm -f "$new"
}

main() {
  case ${1-} in
    '') ;;
    -h | --help) usage; return ;;
    *) fail "unexpected argument: $1" 'the script takes variables only: sh install.sh --help' ;;
  esac
  temporary='' new=''
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  folder=${TASKS_INSTALL_DIR:-}
  if [ -z "$folder" ]; then
    [ -n "${HOME:-}" ] || fail 'no folder to install to' 'set TASKS_INSTALL_DIR'
    folder=$HOME/.local/bin
  fi
  case $folder in /*) ;; *) folder=./$folder ;; esac
  read_releases
  # A failure in a substitution ends the substitution only.
  target=$(detect_target) || exit
  temporary=$(mktemp -d)
  read_version
  download
  unpack
  install_program
  report
}

# The last line: a script that arrived in part does nothing.
main "$@"
