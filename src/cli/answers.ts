// The client's answers by name, taken from its interface: the CLI knows the client alone, no workflow. Types only.
import type { NaasClient } from '../client/api.ts';

export type SubmitAnswer = Awaited<ReturnType<NaasClient['submit']>>;
export type PreviewAnswer = Awaited<ReturnType<NaasClient['preview']>>;
export type PlanAnswer = NonNullable<Awaited<ReturnType<NaasClient['plan']>>>;
export type DecideAnswer = Awaited<ReturnType<NaasClient['decide']>>;
export type PhaseAnswer = Awaited<ReturnType<NaasClient['teardown']>>;
export type ChangeAnswer = Awaited<ReturnType<NaasClient['change']>>;
export type DomainAnswer = Awaited<ReturnType<NaasClient['domains']['add']>>;
