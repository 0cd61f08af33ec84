// The ownership mark beside a record set: a TXT record under `_naas-owner` at the top of the zone. Pure.
//
//   A shop.example.com     →  shop.a._naas-owner.example.com
//   A *.shop.example.com   →  shop.a-wildcard._naas-owner.example.com
//   NS child.example.com   →  child.ns._naas-owner.example.com
//   TXT example.com        →  txt._naas-owner.example.com
//
// Not below the name itself: under a delegation nobody could read it, and it would keep the name in existence. Not with the
// `*` in it: a server would answer for every name below with it. One subtree is also one line of a server's update policy.

import type { NaasError } from '../../spec/errors.ts';
import type { RecordKey, RecordOwner } from '../../spec/record-set.ts';
import { dnsFailure } from '../dns/failure.ts';
import { describeKey, isWithin, relativeName } from '../dns/names.ts';
import { ownerMarks, ownerOf } from '../dns/owner.ts';

const SUBTREE = '_naas-owner';
const NONCE = 'naas-write';
/** 255 on the wire, less the length of the first label and the end. */
const LONGEST_NAME = 253;

export function markName(key: RecordKey): string {
  const { zone, type } = key;
  const subtree = `${SUBTREE}.${zone}`;
  if (isWithin(subtree, key.name)) throw invalid(key, `is kept for naas's own marks below ${subtree}`);
  const relative = relativeName(zone, key.name);
  const wildcard = relative === '*' || relative.startsWith('*.');
  const plain = wildcard ? relative.slice(2) : relative;
  const label = wildcard ? `${type.toLowerCase()}-wildcard` : type.toLowerCase();
  const name = `${plain === '@' || plain === '' ? '' : `${plain}.`}${label}.${subtree}`;
  if (name.length > LONGEST_NAME) {
    throw invalid(key, `is too long for a mark beside it, ${name.length} of ${LONGEST_NAME} characters`);
  }
  return name;
}

/**
 * `nonce` is another one with every write, so that a write that is bound to the mark it has read meets no later one with the
 * same owner and values.
 */
export function markText(owner: RecordOwner, nonce: string): string {
  return Object.entries({ ...ownerMarks(owner), [NONCE]: nonce })
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** undefined: it is no mark of naas. */
export function readMark(text: string): RecordOwner | undefined {
  const entries = text.split(' ').map((entry) => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)] as const;
  });
  return ownerOf(Object.fromEntries(entries));
}

function invalid(key: RecordKey, why: string): NaasError {
  return dnsFailure('Invalid', `${describeKey(key)} ${why}`, 'Choose another name.');
}
