"""The shell of a server's certificate: openssl makes key and request, and tells what is there."""

MOST_CHAIN = 64 * 1024
"""Bytes of a chain that are looked at."""

_KEYS = r"""
public_key() { # pkey-or-x509 path : names the public key of a key or of a certificate
  case $1 in
    x509) openssl x509 -in "$2" -noout -pubkey | openssl pkey -pubin -outform DER ;;
    *) openssl pkey -in "$2" -passin pass: -pubout -outform DER ;;
  esac 2>/dev/null </dev/null | sha256sum
}
"""
LOOK = (
    _KEYS
    + r"""
ask_server_certificate() { # path key-path
  path=$root$1 key=$root$2
  [ -f "$path" ] && [ -r "$path" ] || return
  date +%s
  if [ -f "$key" ]; then
    stat -L -c '%U %G %a' -- "$key"
    sum=$(public_key pkey "$key")
    printf '%s\n' "${sum%% *}"
  else
    printf '\n\n'
  fi
  head -c @MOST@ -- "$path"
}
""".replace("@MOST@", str(MOST_CHAIN))
)
# The request's own names are for whoever signs by hand: our authority takes them from the files.
WORK = (
    _KEYS
    + r"""
put_server_certificate() { # path key-path owner group mode key-type names seconds authority given
  path=$root$1 key=$root$2 next=$root$2.pedell-next type=$6 names=$7 given=${10}
  [ ! -d "$path" ] && [ ! -d "$key" ] || fail "a folder stands in its place"
  if [ -s "$stage/$number" ]; then
    take_certificate "$@"
    return
  fi
  if is_certified "$path" "$key" "$9" &&
    openssl x509 -in "$path" -noout -checkend "$8" >/dev/null; then
    give_rights "$@"
    return
  fi
  make_request
  if [ -n "$given" ]; then
    cat <"$stage/request.$number" >"$key.csr" && chmod 0644 -- "$key.csr" ||
      fail "cannot write the request to $key.csr"
  fi
  ask_back "$stage/request.$number"
}

is_certified() { # certificate key authority : the right key, names and issuer, whatever the day
  [ -f "$1" ] && [ -f "$2" ] && is_of_type "$2" &&
    [ "$(public_key x509 "$1")" = "$(public_key pkey "$2")" ] &&
    has_names "$1" &&
    printf '%s\n' "$3" | openssl verify -partial_chain -no_check_time -purpose sslserver \
      -CAfile /dev/stdin -untrusted "$1" "$1" >/dev/null 2>&1
}

has_names() { # certificate : ours and no others, at least ours where somebody else signs
  held=$(openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null |
    tr -d ' ' | tr ',' '\n' | sed -n 's/^DNS://p' | sort -u)
  # Words on purpose: names hold no blanks.
  # shellcheck disable=SC2086
  wanted=$(printf '%s\n' $names | sort -u)
  [ "$held" != "$wanted" ] || return 0
  [ -n "$given" ] && [ "$(printf '%s\n%s\n' "$held" "$wanted" | sort -u)" = "$held" ]
}

is_of_type() { # key
  case $type in ec-p256) bits=256 ;; *) bits=${type#*-} ;; esac
  case $(openssl pkey -in "$1" -passin pass: -noout -text 2>/dev/null </dev/null | head -n 1) in
    *"($bits bit"*) ;;
    *) false ;;
  esac
}

make_request() {
  make_parent "$path"
  make_parent "$key"
  if [ -L "$next" ] || ! is_of_type "$next"; then
    case $type in
      ec-p256) set -- EC ec_paramgen_curve:P-256 ;;
      *) set -- RSA "rsa_keygen_bits:${type#*-}" ;;
    esac
    rm -f -- "$next"
    said=$(umask 077 && openssl genpkey -algorithm "$1" -pkeyopt "$2" -out "$next" 2>&1 \
      </dev/null) || fail "openssl makes no key: $said"
  fi
  # shellcheck disable=SC2086
  list=$(printf 'DNS:%s,' $names)
  printf '%s\n' '[req]' 'prompt = no' 'distinguished_name = dn' 'req_extensions = ext' '[dn]' \
    "CN = $(printf '%.64s' "${names%% *}")" '[ext]' "subjectAltName = ${list%,}" \
    >"$stage/request.$number.cnf"
  said=$(openssl req -new -config "$stage/request.$number.cnf" -key "$next" -sha256 2>&1 \
    </dev/null) || fail "openssl makes no request: $said"
  { date +%s && printf '%s\n' "$said"; } >"$stage/request.$number"
}

take_certificate() { # as put_server_certificate : what was signed, and the key that waits for it
  is_certified "$stage/$number" "$next" "$9" ||
    fail "what was signed does not fit the key that waits"
  part=$(mktemp -- "${path%/*}/.XXXXXXXXXX.pedell-part") || fail "cannot write into its folder"
  trap 'rm -f -- "$part"' EXIT
  trap 'exit 129' HUP INT TERM PIPE
  cat <"$stage/$number" >"$part" || fail "cannot write it"
  copy_rights "$path" "$part" 0644 && set_rights "$part" "$3" "$4" '' &&
    copy_rights "$key" "$next" 0600 && set_rights "$next" "$3" "$4" "$5" ||
    fail "cannot set its owner or mode"
  sync -- "$part" "$next" || fail "cannot bring it to the disk"
  mark_due "$1" "$2"
  mv -fT -- "$next" "$key" && mv -fT -- "$part" "$path" || fail "cannot put it in its place"
  trap - EXIT
  rm -f -- "$key.csr"
}

copy_rights() { # from to mode-where-there-is-none
  if [ -f "$1" ]; then chown --reference="$1" -- "$2" && chmod --reference="$1" -- "$2"
  else chmod -- "$3" "$2"; fi
}

give_rights() { # as put_server_certificate
  rm -f -- "$next"
  has_rights "$key" "$3" "$4" "$5" && has_rights "$path" "$3" "$4" '' && return 100
  mark_due "$1" "$2"
  set_rights "$key" "$3" "$4" "$5" && set_rights "$path" "$3" "$4" '' ||
    fail "cannot set its owner or mode"
}

remove_server_certificate() { # path key-path
  [ -e "$root$1" ] || [ -e "$root$2" ] || return 100
  mark_due "$1" "$2"
  rm -f -- "$root$1" "$root$2" "$root$2.pedell-next" "$root$2.csr" || fail "cannot remove it"
}
"""
)
