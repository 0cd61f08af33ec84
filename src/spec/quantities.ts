// Kubernetes quantities, exactly: n u m, k M G T P E, Ki … Ei, decimal exponents, signs, decimals. On BigInt, never on
// floats. Where the API server would round up or cap in silence, this refuses.
import { NaasError } from './errors.ts';

/** Which suffix family the number was written in; the canonical form keeps it. */
export type QuantityFormat = 'decimal' | 'binary' | 'exponent';

export interface Quantity {
  /** The value in billionths: the API server's own smallest unit. */
  nanos: bigint;
  format: QuantityFormat;
}

const NANOS = 10n ** 9n;
const MILLI = 10n ** 6n;
/** Beyond 2^63-1 the API server prints some quantities wrongly and caps others. */
const MAX_NANOS = (2n ** 63n - 1n) * NANOS;
/** Longer numbers cannot be both in range and exact. */
const MAX_LENGTH = 64;

const DECIMAL_EXPONENT: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_EXPONENT: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

const PARTS = /^([+-]?)(\d*)(?:\.(\d*))?((?:[numkMGTPE]|[KMGTPE]i)?|[eE][+-]?\d{1,3})$/;

export function parseQuantity(text: string): Quantity {
  const parts = text.length > MAX_LENGTH ? null : PARTS.exec(text);
  if (parts === null) throw refuse(text, 'expected a number with an optional suffix, such as 500m, 4, 16Gi or 1e3');
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;
  if (whole === '' && fraction === '') throw refuse(text, 'it has no digit');
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const { format, numerator, denominator } = scaleOf(suffix);
  const scaled = digits * NANOS * numerator;
  const divisor = denominator * 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) throw refuse(text, 'it is finer than a billionth, which Kubernetes would round');
  const nanos = scaled / divisor;
  if (nanos > MAX_NANOS || nanos < -MAX_NANOS)
    throw refuse(text, 'it is larger than 2^63-1, which Kubernetes cannot hold');
  return { nanos, format };
}

export function compareQuantities(left: Quantity, right: Quantity): -1 | 0 | 1 {
  if (left.nanos === right.nanos) return 0;
  return left.nanos < right.nanos ? -1 : 1;
}

/** Keeps the format of the left side, as the API server does, unless that is zero. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  const nanos = left.nanos + right.nanos;
  if (nanos > MAX_NANOS || nanos < -MAX_NANOS) {
    throw refuse(
      `${formatQuantity(left)} + ${formatQuantity(right)}`,
      'it is larger than 2^63-1, which Kubernetes cannot hold',
    );
  }
  return { nanos, format: left.nanos === 0n ? right.format : left.format };
}

/** As the API server prints it: no fraction, the largest suffix that loses nothing. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  if (format === 'binary' && isBinaryPrintable(nanos)) return formatBinary(nanos / NANOS);
  return formatDecimal(nanos, format === 'exponent' ? 'exponent' : 'decimal');
}

/** One text per value and format; throws InvalidRequest naming the value. */
export function canonicalQuantity(text: string): string {
  return formatQuantity(parseQuantity(text));
}

/** The same for a resource amount: quotas and limits are kept in thousandths, and the API server rounds up what is finer. */
export function canonicalAmount(text: string): string {
  const quantity = parseQuantity(text);
  if (quantity.nanos % MILLI !== 0n)
    throw refuse(text, 'it is finer than a thousandth, which Kubernetes would round up');
  return formatQuantity(quantity);
}

function scaleOf(suffix: string): { format: QuantityFormat; numerator: bigint; denominator: bigint } {
  const binary = BINARY_EXPONENT[suffix];
  if (binary !== undefined) return { format: 'binary', numerator: 2n ** BigInt(binary), denominator: 1n };
  const decimal = DECIMAL_EXPONENT[suffix];
  const exponent = decimal ?? Number(suffix.slice(1));
  const power = 10n ** BigInt(Math.abs(exponent));
  const format = decimal === undefined ? 'exponent' : 'decimal';
  return exponent < 0 ? { format, numerator: 1n, denominator: power } : { format, numerator: power, denominator: 1n };
}

/** Small and fractional values read better, and lose nothing, as decimals. */
function isBinaryPrintable(nanos: bigint): boolean {
  const magnitude = nanos < 0n ? -nanos : nanos;
  return magnitude >= 1024n * NANOS && nanos % NANOS === 0n;
}

function formatBinary(value: bigint): string {
  let mantissa = value;
  let steps = 0;
  while (mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    steps += 1;
  }
  return `${mantissa}${['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][steps]}`;
}

function formatDecimal(nanos: bigint, format: 'decimal' | 'exponent'): string {
  let mantissa = nanos;
  let exponent = -9;
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === 'exponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  const suffix = Object.entries(DECIMAL_EXPONENT).find(([, power]) => power === exponent)?.[0] ?? '';
  return `${mantissa}${suffix}`;
}

function refuse(text: string, why: string): NaasError {
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return new NaasError({ code: 'InvalidRequest', message: `"${shown}" is not a quantity: ${why}`, value: shown });
}
