// The wire side of the faults: what goes back to the caller, whole, broken or a lie. It forwards nothing and picks nothing.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiCall } from './fault-proxy-request.ts';
import { type FaultStatus, faultAnswer } from './fault-proxy-rules.ts';

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export function reply(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersFor(answer)).end(answer.body);
}

export function refuse(response: ServerResponse, status: FaultStatus, call: ApiCall, retryAfter?: number): void {
  const { headers, body } = faultAnswer(status, call, retryAfter);
  response.writeHead(status, headers).end(body);
}

export function breakOff(response: ServerResponse): void {
  response.socket?.destroy();
}

/** The head and so much of the body, then the connection is gone. */
export function breakOffWithin(response: ServerResponse, answer: Answer, part: number): void {
  response.writeHead(answer.status, headersFor(answer));
  response.flushHeaders();
  const begin = answer.body.subarray(0, Math.floor(answer.body.length * part));
  response.write(begin, () => response.socket?.destroy());
}

/** The whole body; but the caller cannot know that it is whole, because the end of a chunked answer never comes. */
export function breakOffAtTheEnd(response: ServerResponse, answer: Answer): void {
  const { 'content-length': _length, ...headers } = headersFor(answer);
  response.writeHead(answer.status, headers);
  response.write(answer.body, () => response.socket?.destroy());
}

/** A proper HTTP answer whose JSON stops in the middle. */
export function replyHalf(response: ServerResponse, answer: Answer): void {
  reply(response, { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) });
}

/** The page of something that stands between and means well. */
export function replyWithPage(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from('<!doctype html><title>Please sign in</title><h1>Please sign in</h1>');
  reply(response, { ...answer, headers: { ...answer.headers, 'content-type': 'text/html' }, body });
}

function headersFor(answer: Answer): IncomingMessage['headers'] & { 'content-length': number } {
  // The body is whole by now: a length of our own replaces the chunking of the original.
  const { 'transfer-encoding': _chunked, connection: _hop, ...headers } = answer.headers;
  return { ...headers, 'content-length': answer.body.length } as ReturnType<typeof headersFor>;
}
