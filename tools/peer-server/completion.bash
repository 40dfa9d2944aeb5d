# SPDX-License-Identifier: LGPL-2.1-or-later

_peer_server ()
{
  local cur prev
  _init_completion -s 2> /dev/null || {
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
  }

  case $prev in
    --config | --sslkey | --sslcert | --auth?secret?file | --turn?secret?file)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --host | -H)
      mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
      return
      ;;
    --log?level)
      mapfile -t COMPREPLY < <(compgen -W 'error warning notice info debug' -- "$cur")
      return
      ;;
    --log?format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
      return
      ;;
    --port | -p | --path | --key | -k | --cors | --expire?timeout | -t | --alive?timeout | --concurrent?limit | -c | \
      --cleanup?out?msgs | --clients?per?address | --max?message?size | --max?depth | --max?id?length | \
      --messages?per?second | --message?burst | --send?buffer?size | --queue?limit | --queue?total?limit | \
      --queue?total?size | --handshake?timeout | --handshake?limit | --allowed?origin | --turn?uri | --turn?ttl | \
      --stun?uri | --topics?per?client | --redis | --node | --lease | --workers | --metrics)
      return
      ;;
  esac

  mapfile -t COMPREPLY < <(compgen -W '
    --config --port --host --path --key --sslkey --sslcert --cors --allow-discovery --proxied --strict-http-key --hub
    --expire-timeout --alive-timeout --concurrent-limit --cleanup-out-msgs --clients-per-address
    --max-message-size --max-depth --max-id-length --messages-per-second --message-burst --send-buffer-size
    --queue-limit --queue-total-limit --queue-total-size --handshake-timeout --handshake-limit --unlimited
    --allowed-origin --auth-secret-file --turn-uri --turn-secret-file --turn-ttl --stun-uri --signaling
    --topics-per-client --rooms --redis --node --lease --workers --metrics --log-level --log-format --help --version' -- "$cur")
}

complete -F _peer_server peer-server
