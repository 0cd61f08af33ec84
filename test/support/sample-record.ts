// A record set and whose it is, for tests of providers that need one and do not care which.
import type { RecordOwner, RecordSet } from '../../src/spec/record-set.ts';

export const SAMPLE_SET: RecordSet = {
  zone: 'example.com',
  name: 'shop.example.com',
  type: 'A',
  ttlSeconds: 5,
  values: ['192.0.2.7'],
};

export const SAMPLE_OWNER: RecordOwner = {
  installation: 'test',
  namespace: 'shop-web-dev',
  incarnation: 'f3b1',
  requestId: 'req-1',
  planDigest: 'ab'.repeat(32),
};
