// The proofs that stand in a history, wherever they stand: in messages, in the start, in what activities were asked.

import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const COMPACT_JWS = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
const BASE64 = /"data":\s*"([A-Za-z0-9+/=]+)"/g;

export function recordedProofs(history: Parameters<typeof historyToJSON>[0]): string[] {
  const payloads = historyToJSON(history).matchAll(BASE64);
  const texts = [...payloads].map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'));
  return [...new Set(texts.flatMap((text) => text.match(COMPACT_JWS) ?? []))];
}
