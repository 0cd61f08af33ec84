// What the activities need of DNS as others see it: the interface that a provider implements. Done means answered, not written.
import type { RecordType } from '../spec/record-set.ts';
import type { CallOptions } from './cluster.ts';

export interface PlannedAnswer {
  /** Canonical; of a wildcard its own name, which servers answer as it stands. */
  name: string;
  type: RecordType;
  /** Canonical and sorted. undefined: whatever an alias leads to, as long as there is something. */
  values: string[] | undefined;
}

/** `other`: something is there, but not what was planned. `nothing`: silence, or an answer that tells nothing of the name. */
export type ServerAnswer = { server: string } & (
  | { says: 'planned' | 'other'; values: string[]; ttlSeconds: number }
  | { says: 'nodata' | 'nxdomain' }
  | { says: 'nothing'; why: string }
);

export interface DnsAnswers {
  /** The zone that holds a name, and its servers; NotFound where no zone does. */
  serversOf(name: string, options: CallOptions): Promise<{ zone: string; servers: string[] }>;
  /**
   * What each of the servers says, in their order, asked at once. A server without an answer is an answer of its own; only a
   * call that ends early (deadline, cancellation) throws.
   */
  fromServers(planned: PlannedAnswer, servers: readonly string[], options: CallOptions): Promise<ServerAnswer[]>;
  /** The same of the public resolvers that the installation names; empty where it names none. */
  fromResolvers(planned: PlannedAnswer, options: CallOptions): Promise<ServerAnswer[]>;
}
