#!/usr/bin/env bash
# Loads the files beside it into Elasticsearch: ./load.sh http://localhost:9200
# It needs curl. Run it again, and it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")"
url=${1:?"the address of Elasticsearch, as http://localhost:9200"}
url=${url%/}
longest=30 # seconds between two tries
most=40    # tries of one request

curl=(curl --silent --show-error)
[ -z "${ELASTIC_CA_CERTS:-}" ] || curl+=(--cacert "$ELASTIC_CA_CERTS")
secret=$(mktemp)
answer=$(mktemp)
trap 'rm -f "$secret" "$answer"' EXIT
# from a file, as what stands on a command line can be seen by others
if [ -n "${ELASTIC_API_KEY:-}" ]; then
  printf 'header = "Authorization: ApiKey %s"\n' "$ELASTIC_API_KEY" >"$secret"
elif [ -n "${ELASTIC_PASSWORD:-}" ]; then
  printf 'user = "%s:%s"\n' "${ELASTIC_USER:-elastic}" "$ELASTIC_PASSWORD" >"$secret"
fi
curl+=(--config "$secret")

fail() {
  echo "error: $1" >&2
  head -c 1000 "$answer" >&2
  echo >&2
  exit 1
}

# ask METHOD PATH [curl's options...]: gives the status, keeps the answer, tries again what may help
ask() {
  local method=$1 path=$2 status tries=0 pause=1
  shift 2
  while :; do
    status=$("${curl[@]}" --request "$method" --output "$answer" --write-out '%{http_code}' "$@" "$url$path") || status=000
    case $status in
      000 | 429 | 502 | 503 | 504) ;;
      *) break ;;
    esac
    if grep -q cluster_block_exception "$answer"; then break; fi
    tries=$((tries + 1))
    if [ "$tries" -ge "$most" ]; then break; fi
    # not at the same time as others do
    sleep "$((pause / 2 + RANDOM % (pause / 2 + 1))).$((RANDOM % 10))"
    pause=$((pause * 2 < longest ? pause * 2 : longest))
  done
  echo "$status"
}

json=(--header 'Content-Type: application/json')
status=$(ask GET /)
[ "$status" = 200 ] || fail "no Elasticsearch answers at $url (status $status)"

if [ ! -e .done ]; then
  for kind in component index; do
    for file in templates/"$kind"/*.json; do
      name=$(basename "$file" .json)
      status=$(ask PUT "/_${kind}_template/$name" "${json[@]}" --data-binary "@$file")
      [ "$status" = 200 ] || fail "the template $name is refused (status $status)"
    done
  done
  while read -r name; do
    status=$(ask PUT "/$name")
    [ "$status" = 200 ] || grep -q resource_already_exists "$answer" || fail "$name cannot be made (status $status)"
  done <indices.txt
  while read -r name; do
    status=$(ask PUT "/_data_stream/$name")
    # where a server has no such request, the stream comes with its first document
    case $status in
      200 | 405) ;;
      *) grep -q resource_already_exists "$answer" || fail "$name cannot be made (status $status)" ;;
    esac
  done <streams.txt
  : >.done
fi

# set NAMES SETTINGS
set_all() {
  local status name
  while read -r name; do
    status=$(ask PUT "/$name/_settings" "${json[@]}" --data "$1")
    case $status in
      200 | 404) ;;
      *) fail "settings of $name are refused (status $status)" ;;
    esac
  done < <(cat indices.txt streams.txt)
}
set_all '{"index":{"refresh_interval":"-1","auto_expand_replicas":"false","number_of_replicas":0}}'

parts=(data/*)
number=0
for part in "${parts[@]}"; do
  number=$((number + 1))
  if grep -qxF "$part" .done; then continue; fi
  index=$(basename "$part")
  index=${index#*.}
  index=${index%.gz}
  index=${index%.ndjson}
  bulk=(--header 'Content-Type: application/x-ndjson' --data-binary "@$part")
  case $part in *.gz) bulk+=(--header 'Content-Encoding: gzip') ;; esac
  tries=0
  while :; do
    status=$(ask POST "/$index/_bulk?filter_path=errors,items.*.error" "${bulk[@]}")
    [ "$status" = 200 ] || fail "$part is refused (status $status)"
    grep -q '"errors":true' "$answer" || break
    # what is there already from a time before is well; what the server had no time for is sent again
    kinds=$(grep -o '"error":{"type":"[a-z_]*"' "$answer" | sort -u)
    others=$(grep -v -e es_rejected_execution_exception -e version_conflict_engine_exception <<<"$kinds" || true)
    [ -z "$others" ] || fail "$part has documents that are refused"
    grep -q es_rejected_execution_exception <<<"$kinds" || break
    tries=$((tries + 1))
    [ "$tries" -lt "$most" ] || fail "$part: the server has too much to do"
    sleep "$((1 + RANDOM % 5))"
  done
  echo "$part" >>.done
  printf '\r%d of %d parts' "$number" "${#parts[@]}" >&2
done
printf '\n' >&2

set_all '{"index":{"refresh_interval":null,"auto_expand_replicas":"0-1"}}'
while read -r name; do
  status=$(ask POST "/$name/_refresh")
  [ "$status" = 200 ] || fail "$name is not refreshed (status $status)"
done < <(cat indices.txt streams.txt)
