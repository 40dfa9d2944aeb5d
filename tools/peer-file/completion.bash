# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for peer-file

_peer_file () {
  local cur prev words cword split

  _init_completion -s || return

  case $prev in
    -d | --directory)
      _filedir -d
      return
      ;;
    -s | --server | -k | --key | -t | --to | -T | --timeout)
      return
      ;;
  esac

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W '--server= --key= --to= --directory= --overwrite --hidden --timeout= --quiet --version --help' -- "$cur")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
  elif [[ " ${words[*]:1:cword-1} " == *' send '* ]]; then
    _filedir
  elif [[ " ${words[*]:1:cword-1} " != *' receive '* ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'send receive' -- "$cur")
  fi
} && complete -F _peer_file peer-file
