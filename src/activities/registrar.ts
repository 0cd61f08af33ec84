// What naas needs of whoever sells domains: the interface that a provider implements. Nothing is bought before people approved it.
import type { Money } from '../spec/spec.ts';
import type { CallOptions } from './cluster.ts';

export interface Offer {
  /** Of the first year; undefined: nobody knows beforehand. */
  price: Money | undefined;
}

export interface Registrar {
  offer(domain: string, options: CallOptions): Promise<Offer>;
  /** After the approval. Answers what a person has still to do; the domain counts only once its proof is seen. */
  order(domain: string, offer: Offer, options: CallOptions): Promise<{ task: string }>;
}
