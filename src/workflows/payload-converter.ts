// How the workflows read payloads: as the SDK does, but bytes that nobody can read count as nothing sent. Whoever may speak to
// Temporal may send any bytes; thrown here, an error would stop the run for everybody, and for good.
import { DefaultPayloadConverter, type Payload } from '@temporalio/common';

class LenientPayloadConverter extends DefaultPayloadConverter {
  override fromPayload<T>(...given: Parameters<DefaultPayloadConverter['fromPayload']>): T {
    try {
      return super.fromPayload<T>(...(given as [Payload]));
    } catch {
      // What an activity or an earlier run recorded is never nothing: whoever reads one of those stops the task.
      return undefined as T;
    }
  }
}

/** The name under which Temporal's bundler looks for it. */
export const payloadConverter = new LenientPayloadConverter();
