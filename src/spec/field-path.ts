// How a place inside a document is written for people: `network.egressTo[0].cidr`, `labels["example.com/tier"]`.

export type FieldPath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

export function fieldText(path: FieldPath): string {
  return path.map(segment).join('').replace(/^\./, '');
}

function segment(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return PLAIN.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
