# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for peer-cat

_peer_cat () {
  local cur prev words cword split

  _init_completion -s || return

  case $prev in
    -S | --serialization)
      mapfile -t COMPREPLY < <(compgen -W 'binary binary-utf8 json raw msgpack' -- "$cur")
      return
      ;;
    -s | --server | -k | --key | -i | --id | -R | --room | --hub | --manager | --signaling)
      return
      ;;
  esac

  mapfile -t COMPREPLY < <(compgen -W '--server= --key= --id= --serialization= --reliable --listen --echo --room= --hub= --manager= --signaling= --text --verbose --version --help' -- "$cur")
  [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
} && complete -F _peer_cat peer-cat
