// Which texts are domain names for the emulated service. Pure.

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
/** Without the trailing dot (RFC 1035: 255 octets with lengths and root). */
const LONGEST_NAME = 253;

/** Of a host, with or without a trailing dot. */
export function isDomainName(text: string): boolean {
  const name = withoutDot(text);
  return name.length <= LONGEST_NAME && name.split('.').every((label) => LABEL.test(label));
}

/** A wildcard only as the whole first label. */
export function isRecordName(fullName: string): boolean {
  return isDomainName(fullName.startsWith('*.') ? fullName.slice(2) : fullName) && fullName.length <= LONGEST_NAME;
}

export function isWildcard(relativeName: string): boolean {
  return relativeName === '*' || relativeName.startsWith('*.');
}

export function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** Lower case, without a trailing dot: the form in which two names are compared. */
export function canonical(name: string): string {
  return withoutDot(name).toLowerCase();
}
