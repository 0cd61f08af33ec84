// How a place inside a document is written for people: `network.egressTo[0].cidr`, `labels["example.com/tier"]`.

export type FieldPath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** The longest path of a real request is shorter; a stranger's key may be megabytes long, and stands in every problem. */
const MAX_LENGTH = 500;

export function fieldText(path: FieldPath): string {
  const text = path.map(segment).join('').replace(/^\./, '');
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}

function segment(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return PLAIN.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
