// Guards of the DNS providers: what a write rests on, which answers are believed, and what is never said.
import { type Guard, guardsOf } from '../guard.ts';

const shared = (...tests: string[]) =>
  ({ servers: 'none', tests: tests.map((name) => `test/${name}.test.ts`) }) as const;
const BIND = shared('contract/dns/rfc2136');
const WIRE = shared('providers/rfc2136/wire');
const SIGNED = shared('providers/rfc2136/bad-answers');
const AZURE = shared('providers/azure-dns/bad-answers');
const ASK = shared('providers/dns-query/ask');

export const DNS: Guard[] = [
  ...guardsOf('src/providers/deadline.ts', AZURE, {
    'dns-call-ends-with-its-deadline': {
      find: 'const late = (): void => end.abort(',
      replace: 'const late = (): void => void (',
    },
    'dns-call-ends-with-its-caller': {
      find: "options.signal?.addEventListener('abort', calledOff, { once: true });",
      replace: '',
    },
  }),
  ...guardsOf('src/providers/rfc2136/tsig.ts', WIRE, {
    'dns-answer-is-signed-over-the-request': {
      find: 'Buffer.concat([uint16(requestMac.length), requestMac, unsigned])',
      replace: 'unsigned',
    },
    'dns-signature-is-compared': { find: ' || !timingSafeEqual(tsig.mac, expected)', replace: '' },
    'dns-signature-is-whole': { find: 'tsig.mac.length !== expected.length || ', replace: '' },
    'dns-signature-is-of-now': { find: 'if (Math.abs(nowSeconds - tsig.seconds) > tsig.fudge)', replace: 'if (false)' },
  }),
  ...guardsOf('src/providers/rfc2136/primary.ts', SIGNED, {
    'dns-unsigned-answer-is-none': {
      find: "      case 'unsigned':\n        throw",
      replace: "      case 'unsigned':\n        return packet;\n        throw",
    },
    'dns-forged-answer-is-none': {
      find: "      case 'forged':\n        throw",
      replace: "      case 'forged':\n        return packet;\n        throw",
    },
    'dns-update-is-answered-to-its-id': {
      find: "if (answer.id !== message.readUInt16BE(0)) return 'the answer to something else';",
      replace: '',
    },
    'dns-query-is-answered-to-its-question': {
      find: 'if (answer.question?.name === question.name && answer.question.type === question.type) return answer;',
      replace: 'if (answer.id >= 0) return answer;',
    },
    'dns-cut-off-answer-is-none': {
      find: "return answer.truncated ? 'an answer that is cut off' : answer;",
      replace: 'return answer;',
    },
  }),
  ...guardsOf('src/providers/rfc2136/mark.ts', WIRE, {
    'dns-mark-without-asterisk': {
      find: "const wildcard = relative === '*' || relative.startsWith('*.');",
      replace: 'const wildcard = false;',
    },
    'dns-marks-are-not-ours-to-plan': { find: 'if (isWithin(subtree, key.name))', replace: 'if (false)' },
  }),
  ...guardsOf('src/providers/dns/owner.ts', WIRE, {
    'dns-owner-holds-no-second-mark': { find: 'if (!TEXT.test(value)) {', replace: 'if (false) {' },
    'dns-half-a-mark-is-none': {
      find: 'if (requestId === undefined || planDigest === undefined) return undefined;',
      replace:
        "if (requestId === undefined || planDigest === undefined) return { installation, namespace, incarnation, requestId: '', planDigest: '' };",
    },
  }),
  ...guardsOf('src/providers/rfc2136/written.ts', BIND, {
    'dns-creates-only-what-is-not-there': { find: "    { is: 'absent', name, type },\n", replace: '' },
    'dns-cname-stands-alone': { find: "if (type === 'CNAME') return [{ is: 'name-free', name }];", replace: '' },
    'dns-nothing-beside-a-cname': { find: "    { is: 'absent', name, type: 'CNAME' },\n", replace: '' },
    'dns-every-write-differs': { find: "randomBytes(16).toString('hex')", replace: "'0'" },
    'dns-left-mark-is-replaced': { find: "{ do: 'remove-set', name: mark.name, type: 'TXT' },", replace: '' },
    'dns-apex-servers-stay': { find: "if (key.type === 'NS' && key.name === zone)", replace: 'if (false)' },
  }),
  ...guardsOf('src/providers/rfc2136/effects.ts', BIND, {
    'dns-change-of-what-was-read': {
      find: 'if (live?.version !== version) throw',
      replace: 'if (live === undefined) throw',
    },
    'dns-removal-of-what-was-read': {
      find: 'if (live !== undefined && live.version !== version) throw',
      replace: 'if (false) throw',
    },
    'dns-change-is-bound-to-the-zone': {
      find: "send('change', set, asSeen(set, standing), renewed, call)",
      replace: "send('change', set, [], renewed, call)",
    },
    'dns-removal-is-bound-to-the-zone': {
      find: "send('delete', key, asSeen(key, standing), removal(key, standing), call)",
      replace: "send('delete', key, [], removal(key, standing), call)",
    },
    'dns-nothing-under-a-delegation': { find: 'await refuseUnderDelegation(primary, set, call);', replace: '' },
  }),
  ...guardsOf('src/providers/rfc2136/live-set.ts', BIND, {
    'dns-wildcard-is-no-set': {
      find: "if (rcode === 'NOERROR') return standing;",
      replace: 'return standing;',
    },
    'dns-two-marks-are-nobodys': { find: ' || more.length > 0', replace: '' },
  }),
  ...guardsOf('src/providers/rfc2136/zone.ts', BIND, {
    'dns-wildcard-claims-no-name-below': {
      find: "return rcode === 'NOERROR' ? owner : undefined;",
      replace: 'return owner;',
    },
  }),
  ...guardsOf('src/providers/rfc2136/zone.ts', SIGNED, {
    'dns-claims-are-asked-with-authority': {
      find: 'if (!answer.authoritative && !referred) throw withoutAuthority(words);',
      replace: '',
    },
  }),
  ...guardsOf('src/providers/rfc2136/live-set.ts', SIGNED, {
    'dns-sets-are-read-with-authority': {
      find: 'answer.authoritative ? answer.answers : delegated(answer, question, key, primary)',
      replace: 'answer.answers',
    },
  }),
  ...guardsOf('src/providers/azure-dns/zone.ts', AZURE, {
    'azure-creates-only-what-is-not-there': { find: "{ ifNoneMatch: '*' }, call", replace: "{ ifMatch: '*' }, call" },
    'azure-removes-one-version': { find: '{ ...handed, ifMatch: version }', replace: 'handed' },
    'azure-answer-has-a-version': {
      find: "if (etag === undefined || etag === '') throw",
      replace: "if (etag === undefined) return { ...body, etag: '' };\n  if (etag === '') throw",
    },
    'azure-answer-is-of-this-set': {
      find: 'if (body.name?.toLowerCase() !== name) throw',
      replace: 'if (false) throw',
    },
  }),
  ...guardsOf('src/providers/azure-dns/connect.ts', AZURE, {
    'azure-sdk-retries-nothing': { find: '    retryOptions: { maxRetries: 0 },\n', replace: '' },
    'azure-follows-no-redirection': { find: 'redirectOptions: { maxRetries: 0 },', replace: '' },
    'azure-last-look-at-the-clock': { find: 'if (signal !== undefined) calls.get(signal)?.send();', replace: '' },
    'azure-token-wait-ends': {
      find: 'await Promise.race([send(client, handed), endOf(bound.signal)])',
      replace: 'await send(client, handed)',
    },
    'azure-page-is-no-answer': {
      find: 'if (raw !== undefined && !strange) return raw.status;',
      replace: 'if (raw !== undefined) return raw.status;',
    },
    'azure-message-without-credentials': {
      find: 'clean: (text) => redact(text, secrets)',
      replace: 'clean: (text) => text',
    },
  }),
  ...guardsOf('src/providers/azure-dns/failures.ts', AZURE, {
    'azure-page-is-no-absence': {
      find: "return thrown?.statusCode === 404 && thrown.code === 'NotFound';",
      replace: 'return thrown?.statusCode === 404;',
    },
    'azure-page-is-no-refusal': { find: '!isArmError(thrown) || ', replace: '' },
    'azure-hands-on-how-long-to-wait': { find: 'todo, { retryAfterMs: wait }', replace: 'todo' },
    'azure-waits-by-the-servers-clock': {
      find: 'Number.isNaN(serverMs) ? Date.now() : serverMs',
      replace: 'Date.now()',
    },
  }),
  ...guardsOf('src/providers/azure-dns/credentials.ts', AZURE, {
    'azure-secret-is-read-for-each-token': { find: 'if (made?.secret !== secret)', replace: 'if (made === undefined)' },
    'azure-tokens-are-kept-out': { find: 'if (token !== null) keep(token.token);', replace: '' },
  }),
  ...guardsOf('src/providers/dns-query/ask.ts', ASK, {
    'dns-answer-has-the-id': {
      find: 'if (answer?.id !== id) return undefined;',
      replace: 'if (answer === undefined) return undefined;',
    },
    'dns-answer-has-the-question': {
      find: 'return question.name === name && question.type === type ? answer : undefined;',
      replace: 'return answer;',
    },
    'dns-answer-names-its-question': {
      find: "return rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? undefined : answer;",
      replace: 'return answer;',
    },
    'dns-cut-answer-is-asked-for-again': {
      find: 'message.truncated ? await overTcp(',
      replace: 'message.truncated && message.answers.length > 99 ? await overTcp(',
    },
  }),
  ...guardsOf('src/providers/dns-query/udp.ts', ASK, {
    'dns-other-senders-are-not-heard': {
      find: 'socket.connect(port, host, () => socket.send(message));',
      replace: 'socket.send(message, port, host);',
    },
  }),
  ...guardsOf('src/providers/dns-query/answers.ts', ASK, {
    'dns-cache-is-no-authority': { find: 'if (!answer.authoritative && ', replace: 'if (false && ' },
    'dns-exactly-what-was-planned': { find: 'values.length === live.length && ', replace: '' },
    'dns-few-at-a-time': { find: 'Math.min(AT_ONCE, items.length)', replace: 'items.length' },
  }),
];
