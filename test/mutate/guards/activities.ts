// Guards of the effects: what is written, on which version, until when, and what is left alone.
import { type Guard, guardsOf } from '../guard.ts';

const activity = (...names: string[]) =>
  ({ servers: 'none', tests: names.map((name) => `test/activities/${name}.test.ts`) }) as const;

export const ACTIVITIES: Guard[] = [
  ...guardsOf('src/activities/removal.ts', activity('removal'), {
    'blocker-is-named-no-sooner-than-asked': {
      find: 'return { ...found, putOffMs: error.retryAfterMs ?? 0 };',
      replace: 'return found;',
    },
  }),
  ...guardsOf('src/activities/zone-pace.ts', activity('zone-pace'), {
    'turns-come-one-after-the-other': {
      find: 'Math.max(cluster.serverNowMs(), lastMs + intervalMs)',
      replace: 'cluster.serverNowMs()',
    },
    'turns-of-two-workers-are-two': { find: 'boundPatch(taken, live)', replace: 'taken' },
    'all-of-a-process-take-a-turn-each': { find: 'firstMs + index * intervalMs', replace: 'firstMs' },
    'turn-is-kept-for-the-next-attempt': {
      find: 'kept ?? (await reserve(options))',
      replace: 'await reserve(options)',
    },
    'turn-is-kept-for-one-write': { find: 'used.add(info);', replace: '' },
    'long-turns-give-their-place-up': { find: 'if (waitMs > PATIENCE_MS) throw', replace: 'if (false) throw' },
  }),
  ...guardsOf(
    'src/activities/switch.ts',
    { servers: 'shared', tests: ['test/activities/switch.test.ts'] },
    {
      'paused-writes-nothing': {
        find: 'if (pause !== undefined) throw new NaasError(pausedProblem(pause));',
        replace: '',
      },
      'unreadable-switch-is-no-go': {
        find: "throw new NaasError({ code: 'Unavailable', message }, { cause: error });",
        replace: 'return void message;',
      },
    },
  ),
  ...guardsOf('src/activities/admit.ts', activity('admit'), {
    'request-comes-to-its-name': { find: 'if (spec.name === name) return spec;', replace: 'return spec;' },
    'mode-is-known': { find: 'if (MODES.some((mode) => mode === submission.mode)) return', replace: 'return' },
    'proof-is-of-this-request': {
      find: '{ message, namespace: name, bodySha256: requestSha256 },',
      replace: "{ message, namespace: name, bodySha256: '' },",
    },
  }),
  ...guardsOf('src/activities/admit-input.ts', activity('admit'), {
    'cluster-away-refuses-nobody': {
      find: 'if (error instanceof NaasError && ERRORS[error.code].permanent) return error.problems;',
      replace: 'if (error instanceof NaasError) return error.problems;',
    },
  }),
  ...guardsOf('src/activities/admit-takeover.ts', activity('admit'), {
    'record-is-of-this-namespace': {
      find: 'if (spec.name !== name || spec.cluster !== cluster) throw',
      replace: 'if (false) throw',
    },
    'record-of-a-known-version': { find: ' || spec.version !== 1)', replace: ')' },
    'record-is-there': {
      find: 'if (live === undefined || incarnation === undefined || packed === undefined) {',
      replace: 'if (live === undefined || packed === undefined) {',
    },
  }),
  ...guardsOf('src/activities/draft-change.ts', activity('admit'), {
    'change-of-this-life': { find: '  ownLife(spec.name, incarnation, seen);\n', replace: '' },
    'change-takes-nothing-of-others': { find: 'obstacles: inTheWay(objects),', replace: 'obstacles: [],' },
    'change-passes-its-guardrails': {
      find: ', ...(await problemsOf(deps, spec, planned, seen, options))]',
      replace: ']',
    },
  }),
  ...guardsOf('src/activities/survey.ts', activity('admit'), {
    'label-alone-owns-nothing': {
      find: "return team === undefined || labels[LABEL.incarnation] === undefined ? 'unmanaged'",
      replace: "return team === undefined ? 'unmanaged'",
    },
  }),
  ...guardsOf('src/activities/stages.ts', activity('stages'), {
    'quota-is-awaited': {
      find: 'const effects = await applyAll(cluster, objects, options);\n        await untilAllEnforced(cluster, objects, effects, options);',
      replace: 'const effects = await applyAll(cluster, objects, options);',
    },
    'guardrails-are-read-back': { find: '        await readBack(cluster, expect, options);\n', replace: '' },
    'quota-counts-when-it-is-used': { find: ' && status?.used?.[key] !== undefined)', replace: ')' },
    'missing-guardrail-keeps-access-off': {
      find: "if (live === undefined) throw notYet(ref, 'it is not there');",
      replace: 'if (live === undefined) continue;',
    },
    'taken-name-is-not-ours': {
      find: 'if (live !== undefined && incarnationOf(live) === incarnationOf(object) && live.metadata.uid !== undefined) {',
      replace: 'if (live?.metadata.uid !== undefined) {',
    },
    'claim-says-until-when': {
      find: 'unpackStage(stage).map((object) => stampDeadline(object, cluster, options));',
      replace: 'unpackStage(stage);\n        void stampDeadline;',
    },
    'second-try-looks-first': {
      find: 'if (activityInfo().attempt === 1) return',
      replace: 'return',
    },
    'writes-of-before-are-told': {
      find: 'throw new PartialFailure(cause, { problems: cause.problems, objects: [], effects });',
      replace: 'throw cause;',
    },
  }),
  ...guardsOf('src/activities/fresh.ts', activity('fresh'), {
    'creation-says-until-when': {
      find: 'return cluster.apply(stampDeadline(object, cluster, options), {',
      replace: 'return cluster.apply(object, {',
    },
    'mend-is-bound-to-its-version': {
      find: 'return { ...object, metadata: { ...object.metadata, ...marked, ...versionOf(live) } };',
      replace: 'return { ...object, metadata: { ...object.metadata, ...marked } };',
    },
    'merge-is-bound-to-its-version': {
      find: "return { ...patch, metadata: { ...(patch['metadata'] as object | undefined), ...versionOf(live) } };",
      replace: 'void live;\n  return patch;',
    },
    'mend-keeps-the-mark': {
      find: 'const marked = mark === undefined ? {} :',
      replace: 'const marked = mark === undefined || mark !== undefined ? {} :',
    },
    'force-is-for-guardrails': { find: 'return managedKind(object).guardrail;', replace: 'return true;' },
    'newer-version-is-decided-anew': {
      find: "return (error instanceof NaasError && error.code === 'Outdated') || standsAlready(error);",
      replace: 'return standsAlready(error);',
    },
    'earlier-creation-is-looked-at': {
      find: ' || standsAlready(error);\n}\n\nexport function versionOf',
      replace: ';\n}\n\nexport function versionOf',
    },
    'tries-come-to-an-end': { find: ' || tries === TRIES) throw error;', replace: ' || tries === 50) throw error;' },
    'nothing-without-its-version': {
      find: 'if (uid === undefined || resourceVersion === undefined) {',
      replace: 'if (false) {',
    },
    'as-it-should-be-is-not-written': {
      find: "if (compare(ref, object, live, { foreign: false }).verb === 'keep') return unchanged(ref, live);",
      replace: '',
    },
  }),
  ...guardsOf('src/activities/boundary.ts', activity('boundary'), {
    'deadline-leaves-a-margin': { find: 'attemptEndsMs()) - MARGIN_MS;', replace: 'attemptEndsMs());' },
    'stage-bounds-its-attempts': {
      find: '...(info.scheduleToCloseTimeoutMs > 0 ? [info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs] : []),',
      replace: '',
    },
    'too-late-begins-nothing': { find: 'if (Date.now() >= deadlineMs - SHORTEST_ATTEMPT_MS)', replace: 'if (false)' },
    'permanent-is-not-tried-again': {
      find: 'nonRetryable: ERRORS[error.code].permanent || isLastChance(retryAfterMs),',
      replace: 'nonRetryable: isLastChance(retryAfterMs),',
    },
    'last-chance-tells-why': {
      find: 'nonRetryable: ERRORS[error.code].permanent || isLastChance(retryAfterMs),',
      replace: 'nonRetryable: ERRORS[error.code].permanent,',
    },
    'retry-after-is-honoured': {
      find: '...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),',
      replace: '',
    },
    'unfenced-write-is-outlived': {
      find: 'if (unfenced && mayBeUnderWay(told.cause)) await untilTooLate();',
      replace: '',
    },
    'failure-is-told-to-the-next': { find: '    heartbeat({ ...told.details, ...attemptSoFar() });\n', replace: '' },
    'attempt-beats': {
      find: 'heartbeatMs > 0 ? setInterval(() => heartbeat(), heartbeatMs / 3) : undefined;',
      replace: 'undefined;',
    },
    'permanent-outweighs': {
      find: 'errors.find((error) => ERRORS[error.code].permanent) ?? errors.find(',
      replace: 'errors.find(',
    },
    'unsent-says-nothing': {
      find: 'told?.cause.isUnsent === true ? earlierFailure()',
      replace: 'false ? earlierFailure()',
    },
    'what-was-sent-says-more': { find: 'errors.find(({ isUnsent }) => !isUnsent) ?? errors[0]', replace: 'errors[0]' },
    'longest-wait-counts': { find: 'Math.max(0, ...errors.map((each) => each.retryAfterMs ?? 0));', replace: '0;' },
    'batch-goes-past-failures': {
      find: 'const settled = await Promise.allSettled(writes.map(({ write }) => write()));',
      replace:
        "const settled = (await Promise.all(writes.map(({ write }) => write()))).map((value) => ({ status: 'fulfilled' as const, value, reason: undefined }));",
    },
    'cancelled-tells-what-was-done': {
      find: 'if (error instanceof PartialFailure && cancellationSignal().aborted)',
      replace: 'if (false)',
    },
  }),
  ...guardsOf('src/activities/removal.ts', activity('removal'), {
    'removal-of-ours-alone': {
      find: "return live.metadata.labels?.[LABEL.incarnation] === incarnation ? live.metadata.uid : 'not-ours';",
      replace: 'return live.metadata.uid ?? incarnation;',
    },
    'gone-is-seen': {
      find: '    const seen = await cluster.deletionReport(effect.ref, options);\n',
      replace:
        '    const seen = await cluster.deletionReport(effect.ref, options);\n    if (seen !== undefined) return { gone: true, stuck: false, remaining: [] };\n',
    },
    'another-of-the-name-is-not-awaited': { find: ' || seen.uid !== effect.uid) return', replace: ') return' },
    'foreign-finalizer-is-told': {
      find: ' || report.finalizers.some(({ finalizer }) => !isKubernetesOwn(finalizer));',
      replace: ';',
    },
    'failing-api-is-told': { find: 'return report.failures.length > 0 || ', replace: 'return ' },
    'secrets-are-not-named': { find: 'if (mayHoldSecrets(resource)) return found;', replace: '' },
    'unlistable-hides-nothing': {
      find: '    if (error instanceof NaasError) return { ...found, putOffMs: error.retryAfterMs ?? 0 };\n',
      replace: '',
    },
  }),
  ...guardsOf('src/activities/change.ts', activity('change'), {
    'moved-since-approval': {
      find: 'if (now !== input.changeDigest) return { moved: { changes: all, changeDigest: now } };',
      replace: '',
    },
    'captured-nothing-of-others': { find: 'const problems = [...inTheWay(changes), ', replace: 'const problems = [' },
    'captured-quota-in-use': {
      find: 'const problems = [...inTheWay(changes), ...short];',
      replace: 'void short;\n  const problems = [...inTheWay(changes)];',
    },
    'adoption-waits-to-be-heard-of': {
      find: "write: input.adopting || input.stage === 'route' ? () => heardOf(ref, write) : write",
      replace: 'write: heardOf === undefined ? write : write',
    },
    'made-anew-is-not-ours': {
      find: 'if (live.metadata.uid !== captured && incarnationOf(live) !== incarnationOf(object)) throw another(ref);',
      replace: '',
    },
    'lost-namespace-is-not-made': {
      find: "if (captured !== undefined && object.kind === 'Namespace') throw another(ref);",
      replace: '',
    },
    'dropped-only-as-captured': {
      find: "if (live.metadata.uid !== captured.uid) return { verb: 'delete', ref, outcome: 'skipped' };",
      replace: '',
    },
    'dropped-only-with-its-mark': {
      find: 'if (incarnationOf(live) !== captured.incarnation) throw unmarked(ref);',
      replace: 'void unmarked;',
    },
    'dropped-on-its-version': {
      find: 'return cluster.remove(ref, uid, { ...options, resourceVersion });',
      replace: 'void resourceVersion;\n    return cluster.remove(ref, uid, options);',
    },
    'only-the-touched': {
      find: '.filter((object) => touched.has(refKey(refOf(cluster.name, object))));',
      replace: ';\n        void touched;',
    },
    'access-after-guardrails': {
      find: '        if (input.expect !== undefined) await readBack(cluster, input.expect, options);\n',
      replace: '',
    },
    'changed-quota-is-awaited': {
      find: '        await untilAllEnforced(cluster, objects, effects, options);\n',
      replace: '',
    },
    'pre-image-of-everything': {
      find: 'images: packJson(images.map(',
      replace: 'images: packJson(images.slice(0, 0).map(',
    },
  }),
  ...guardsOf('src/activities/restore.ts', activity('restore'), {
    'restored-nothing-when-gone': {
      find: 'if (await isGone(cluster, images, options)) return { effects: [], gone: true };',
      replace: 'void isGone;',
    },
    'taken-away-only-ours': {
      find: "if (incarnationOf(live) !== incarnation) return { verb: 'delete', ref, outcome: 'skipped' };",
      replace: 'void incarnation;',
    },
    'remade-by-others-is-theirs': {
      find: 'if (remade && (applied === undefined || incarnationOf(live) !== incarnationOf(before))) {',
      replace: 'if (false) {',
    },
    'never-ours-is-not-remade': {
      find: "if (taken.has('remake') || applied === undefined)",
      replace: "if (taken.has('remake'))",
    },
    'version-moves-on': {
      find: "return { step: 'mark', effect: await mark(cluster, ref, { live, applied }, 'undo', options) };",
      replace: "return { step: 'done', effect: unchanged(ref, live) };",
    },
    'mark-is-taken-away': {
      find: "if (!taken.has('unmark') && live.metadata.annotations?.[ANNOTATION.fence] !== undefined) {",
      replace: 'if (false) {',
    },
    'restore-goes-past-failures': {
      find: 'if (!(error instanceof PartialFailure)) throw error;',
      replace: 'throw error;',
    },
    'access-goes-first': {
      find: 'items.filter((item) => isAccess(item) && item.wanted !== undefined),\n    isEarly ? namespace : [],\n    items.filter((item) => !isAccess(item) && !isNamespace(item)),',
      replace:
        'items.filter((item) => !isAccess(item) && !isNamespace(item)),\n    isEarly ? namespace : [],\n    items.filter((item) => isAccess(item) && item.wanted !== undefined),',
    },
    'given-up-is-left': { find: ' && !given.has(refKey(ref)))', replace: ' && given.size >= 0)' },
    'only-what-was-reached': {
      find: '.filter(({ ref }) => meant.has(refKey(ref)) && ',
      replace: '.filter(({ ref }) => meant.size >= 0 && ',
    },
  }),
  ...guardsOf('src/activities/verify.ts', activity('verify'), {
    'forged-is-an-answer': {
      find: 'if (!(error instanceof NaasError) || !ERRORS[error.code].permanent) throw error;',
      replace: 'throw error;',
    },
    'keys-away-are-waited-for': {
      find: 'if (!(error instanceof NaasError) || !ERRORS[error.code].permanent) throw error;',
      replace: 'if (!(error instanceof NaasError)) throw error;',
    },
    'message-proof-is-of-its-body': {
      find: '{ message, namespace, bodySha256 }',
      replace: '{ message, namespace, bodySha256: bodySha256.slice(64) }',
    },
    'message-proof-is-of-this-life': {
      find: 'receivedAtMs, signedSinceMs);',
      replace: 'receivedAtMs, signedSinceMs && undefined);',
    },
  }),
];
