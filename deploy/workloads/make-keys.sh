#!/bin/sh
# Makes the keys of an installation as files, with openssl alone: the backend's signing key with its public JWKS, and the
# key of the web interface's cookies.   make-keys.sh FOLDER
set -eu
folder=${1:?usage: make-keys.sh FOLDER}
umask 077
mkdir -p "$folder"
if [ -e "$folder/signing.pem" ]; then
  echo "make-keys.sh: $folder/signing.pem exists; a new key would lock out the sessions that run" >&2
  exit 1
fi
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

openssl genpkey -algorithm ed25519 -out "$folder/signing.pem"
# The public key is the last 32 bytes of its DER form (RFC 8410); its id is its thumbprint (RFC 7638, RFC 8037).
x=$(openssl pkey -in "$folder/signing.pem" -pubout -outform DER | tail -c 32 | base64url)
kid=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | openssl dgst -sha256 -binary | base64url)
printf '{"keys":[{"crv":"Ed25519","kty":"OKP","x":"%s","kid":"%s","alg":"EdDSA","use":"sig"}]}\n' "$x" "$kid" >"$folder/jwks.json"
openssl rand -out "$folder/cookie.key" 32
