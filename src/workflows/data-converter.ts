// How values and errors travel between the worker and Temporal: as the SDK does, but nothing that a stranger wrote can stop a
// run or a worker on its way. Whoever may speak to Temporal may send any bytes.
import { DefaultFailureConverter, DefaultPayloadConverter, type Payload, type ProtoFailure } from '@temporalio/common';

class LenientPayloadConverter extends DefaultPayloadConverter {
  /** Bytes that nobody can read count as nothing sent: thrown here, an error would stop the run for everybody, and for good. */
  override fromPayload<T>(...given: Parameters<DefaultPayloadConverter['fromPayload']>): T {
    try {
      return super.fromPayload<T>(...(given as [Payload]));
    } catch {
      // What an activity or an earlier run recorded is never nothing: whoever reads one of those stops the task.
      return undefined as T;
    }
  }
}

class WellFormedFailureConverter extends DefaultFailureConverter {
  /** JSON carries half a character, Temporal's own messages do not: one in an error would end the whole worker. */
  override errorToFailure(...given: Parameters<DefaultFailureConverter['errorToFailure']>): ProtoFailure {
    return wellFormed(super.errorToFailure(...given));
  }
}

function wellFormed(failure: ProtoFailure): ProtoFailure {
  const { message, stackTrace, cause } = failure;
  return {
    ...failure,
    ...(typeof message === 'string' ? { message: message.toWellFormed() } : {}),
    ...(typeof stackTrace === 'string' ? { stackTrace: stackTrace.toWellFormed() } : {}),
    ...(cause == null ? {} : { cause: wellFormed(cause) }),
  };
}

/** The names under which Temporal looks for them. */
export const payloadConverter = new LenientPayloadConverter();
export const failureConverter = new WellFormedFailureConverter();
