// Where a DNS server listens, from what people and zones write: `host`, `host:port`, an IPv6 address bare or in brackets. Pure.
import { isIPv6 } from 'node:net';
import { dnsFailure } from './failure.ts';

export interface ServerAddress {
  host: string;
  port: number;
}

const DNS_PORT = 53;
const FORM = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]]+))(?::(?<port>\d{1,5}))?$/;

export function parseServer(text: string): ServerAddress {
  if (isIPv6(text)) return { host: text, port: DNS_PORT };
  const { bracketed, plain = '', port } = FORM.exec(text)?.groups ?? {};
  const host = bracketed ?? plain.replace(/\.$/, '');
  const number = port === undefined ? DNS_PORT : Number(port);
  if (host === '' || number < 1 || number > 65535 || (bracketed !== undefined && !isIPv6(bracketed))) {
    const todo = 'Write a host name or address, with a port where it is not 53: ns1.example.com:5353.';
    throw dnsFailure('Invalid', `"${text}" names no DNS server`, todo);
  }
  return { host, port: number };
}

export function printServer({ host, port }: ServerAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
