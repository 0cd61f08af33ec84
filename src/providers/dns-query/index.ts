// The door to this folder: DNS as servers answer it.
import type { CallOptions } from '../../activities/cluster.ts';
import type { RecordType } from '../../spec/record-set.ts';
import { parseServer } from '../dns/server-address.ts';
import { askServer, type DnsAnswer } from './ask.ts';

export { createDnsAnswers } from './answers.ts';
export { createNameServers } from './name-servers.ts';

/** `server` is an address, with a port where it is not 53. */
export function ask(server: string, name: string, type: RecordType, options: CallOptions): Promise<DnsAnswer> {
  return askServer(parseServer(server), name, type, options);
}
