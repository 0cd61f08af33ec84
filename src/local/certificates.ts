// X.509 certificates of the embedded platform: an authority of its own, and short-lived client certificates by it. Node can
// sign and read certificates but not write them, so the few bytes around the signature are written here (RFC 5280, DER).
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** What a Kubernetes API server reads as a person: the common name is the user, each organization a group. */
export interface Subject {
  user: string;
  groups: readonly string[];
}

interface Issued {
  issuer: Buffer;
  subject: Buffer;
  validity: Validity;
  publicKey: KeyObject;
  signingKey: KeyObject;
  extensions: Buffer;
}

export function createAuthority(name: string, validity: Validity): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = distinguishedName({ user: name, groups: [] });
  const extensions = sequence(
    extension(BASIC_CONSTRAINTS, sequence(TRUE)),
    extension(KEY_USAGE, bitFlags(KEY_CERT_SIGN)),
    hint(SUBJECT_KEY_IDENTIFIER, tagged(0x04, keyIdentifier(publicKey))),
  );
  const certificate = issue({ issuer: subject, subject, validity, publicKey, signingKey: privateKey, extensions });
  return { certificate, key: pemOf(privateKey) };
}

/** The authority is named as it was made, so that the chain fits. */
export function createClientCertificate(
  authority: { name: string; signingKey: KeyObject },
  person: Subject,
  validity: Validity,
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = sequence(
    extension(BASIC_CONSTRAINTS, sequence()),
    extension(KEY_USAGE, bitFlags(DIGITAL_SIGNATURE)),
    extension(EXTENDED_KEY_USAGE, sequence(CLIENT_AUTH)),
  );
  const certificate = issue({
    issuer: distinguishedName({ user: authority.name, groups: [] }),
    subject: distinguishedName(person),
    validity,
    publicKey,
    signingKey: authority.signingKey,
    extensions,
  });
  return { certificate, key: pemOf(privateKey) };
}

/** Addresses are of IPv4. The authority is its name and PEM, as it was made. */
export function createServerCertificate(
  authority: Certificate & { name: string },
  hosts: { names: readonly string[]; addresses: readonly string[] },
  validity: Validity,
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = [
    ...hosts.names.map((name) => tagged(DNS_NAME, Buffer.from(name, 'ascii'))),
    ...hosts.addresses.map((address) => tagged(IP_ADDRESS, Buffer.from(address.split('.').map(Number)))),
  ];
  const issuerKey = createPublicKey(authority.certificate);
  const extensions = sequence(
    extension(BASIC_CONSTRAINTS, sequence()),
    extension(KEY_USAGE, bitFlags(DIGITAL_SIGNATURE)),
    extension(EXTENDED_KEY_USAGE, sequence(SERVER_AUTH)),
    hint(SUBJECT_ALTERNATIVE_NAME, sequence(...names)),
    // Python refuses a chain without them from 3.13 on.
    hint(AUTHORITY_KEY_IDENTIFIER, sequence(tagged(0x80, keyIdentifier(issuerKey)))),
    hint(SUBJECT_KEY_IDENTIFIER, tagged(0x04, keyIdentifier(publicKey))),
  );
  const certificate = issue({
    issuer: distinguishedName({ user: authority.name, groups: [] }),
    subject: distinguishedName({ user: hosts.names[0] ?? hosts.addresses[0] ?? 'server', groups: [] }),
    validity,
    publicKey,
    signingKey: createPrivateKey(authority.key),
    extensions,
  });
  return { certificate, key: pemOf(privateKey) };
}

const VERSION_3 = Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02]);

function issue({ issuer, subject, validity, publicKey, signingKey, extensions }: Issued): string {
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const body = sequence(
    VERSION_3,
    serialNumber(),
    algorithm,
    issuer,
    sequence(time(validity.notBefore), time(validity.notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
  const signature = tagged(0x03, Buffer.concat([NO_UNUSED_BITS, sign('sha256', body, signingKey)]));
  const base64 = sequence(body, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function distinguishedName({ user, groups }: Subject): Buffer {
  const names = [...groups.map((group) => attribute(ORGANIZATION, group)), attribute(COMMON_NAME, user)];
  return sequence(...names);
}

function attribute(type: Buffer, value: string): Buffer {
  return tagged(0x31, sequence(type, tagged(0x0c, Buffer.from(value, 'utf8'))));
}

/** Critical: who does not understand it has to refuse the certificate. */
function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, TRUE, tagged(0x04, value));
}

/** Not critical, as RFC 5280 demands it of these. */
function hint(id: Buffer, value: Buffer): Buffer {
  return sequence(id, tagged(0x04, value));
}

/** RFC 5280, 4.2.1.2: the hash of the key's bits. Of any length that tells keys apart; nothing is proven by it. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

/** A positive number of 16 bytes without a leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return tagged(0x02, bytes);
}

/** UTCTime, as DER demands it of years before 2050. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`, 'ascii'));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  if (length < 0x10000) return [0x82, length >> 8, length & 0xff];
  throw new RangeError(`a certificate of ${length} bytes; so many groups fit into none`);
}

/** One byte of flags, the first bit the highest; DER drops zeros at the end. */
function bitFlags(flags: number): Buffer {
  let unused = 0;
  while ((flags >> unused) % 2 === 0) unused += 1;
  return tagged(0x03, Buffer.from([unused, flags]));
}

/** Tags of a GeneralName. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;
const NO_UNUSED_BITS = Buffer.from([0]);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

/** Object identifiers, encoded. */
const objectId = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const ECDSA_WITH_SHA256 = objectId('2a8648ce3d040302');
const COMMON_NAME = objectId('550403');
const ORGANIZATION = objectId('55040a');
const BASIC_CONSTRAINTS = objectId('551d13');
const KEY_USAGE = objectId('551d0f');
const EXTENDED_KEY_USAGE = objectId('551d25');
const CLIENT_AUTH = objectId('2b06010505070302');
const SERVER_AUTH = objectId('2b06010505070301');
const SUBJECT_KEY_IDENTIFIER = objectId('551d0e');
const SUBJECT_ALTERNATIVE_NAME = objectId('551d11');
const AUTHORITY_KEY_IDENTIFIER = objectId('551d23');
