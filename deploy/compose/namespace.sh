#!/bin/sh
# Registers the namespace TEMPORAL_NAMESPACE at TEMPORAL_ADDRESS and the search attributes of naas in it. Safe to repeat; it
# changes nothing that is there already.
set -eu

: "${TEMPORAL_ADDRESS:?host:port of the server}" "${TEMPORAL_NAMESPACE:?the namespace to register}"

# A server that has just opened its port refuses calls, and one learns of a new namespace after ten seconds.
patiently() {
  tries=30
  until "$@"; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "gave up on: $*" >&2
      return 1
    fi
    sleep 2
  done
}

known() {
  temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE"
}

register() {
  if known | grep -q "^ *$1 "; then return; fi
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2"
}

patiently temporal operator cluster health
if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  # As long as the history of an ended run is to be readable.
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
fi
patiently known >/dev/null

register NaasTeam Keyword
register NaasPhase Keyword
register NaasEnvironment Keyword
register NaasErrorType Keyword
register NaasIncarnation Keyword
register NaasAwaits KeywordList
register NaasLeaseEnd Datetime
register NaasNeedsPerson Bool
register NaasDomain KeywordList
