"""Small files that are ours alone, whose text the script carries itself."""

LOOK = r"""
show_text() { # path : in base64, or nothing
  [ ! -f "$root$1" ] || [ -L "$root$1" ] || base64 -w 0 <"$root$1"
}
"""
# put_file asks for a staged file with its sum; 100 says that it stood there already.
WORK = r"""
put_text() { # path owner group mode text
  text=$stage/text.$number
  printf %s "$5" >"$text" || fail "cannot stage it"
  sum=$(sha256sum <"$text")
  put_file "text.$number" "${sum%% *}" "$1" "$2" "$3" "$4" "$4"
}
"""
