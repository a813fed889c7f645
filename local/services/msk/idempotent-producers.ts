import type { Duplex } from 'node:stream';
import { FrameFilter } from './frame-filter.ts';
import {
  API_KEY,
  apiVersionsRequest,
  ERROR_CODE,
  initProducerIdError,
  readHeader,
  readTransactionalId,
} from './kafka-protocol.ts';

/** Length, API key, version and correlation id. */
const REQUEST_HEAD_BYTES = 12;
/** Length and correlation id. */
const RESPONSE_HEAD_BYTES = 8;

/**
 * Refuses an idempotent producer its id unless it may have one. A broker of Kafka gives it to whoever may write to some topic
 * (KIP-679), and one of MSK to whoever has `kafka-cluster:WriteDataIdempotently`. A transactional producer is the broker's to judge.
 * https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control-use-cases.html
 *
 * A refused request goes to the broker as another one, whose response is replaced: so responses keep the order of their requests.
 *
 * @param onRefusal told of each request that is refused
 * @returns the ways of the requests and of the responses
 */
export function guardIdempotentProducers(
  mayHaveId: () => boolean,
  onRefusal: () => void,
): {
  requests: Duplex;
  responses: Duplex;
} {
  /** By correlation id: the version of the refused request. */
  const refused = new Map<number, number>();
  const requests = new FrameFilter({
    headBytes: REQUEST_HEAD_BYTES,
    applies: (head) => head.readInt16BE(4) === API_KEY.initProducerId && !mayHaveId(),
    replacement(message) {
      const header = readHeader(message.subarray(4));
      if (readTransactionalId(message.subarray(4), header) !== undefined) return message;
      refused.set(header.correlationId, header.apiVersion);
      onRefusal();
      return apiVersionsRequest(header.correlationId);
    },
  });
  const responses = new FrameFilter({
    headBytes: RESPONSE_HEAD_BYTES,
    applies: (head) => refused.size > 0 && refused.has(head.readInt32BE(4)),
    replacement(message) {
      const correlationId = message.readInt32BE(4);
      const apiVersion = refused.get(correlationId) ?? 0;
      refused.delete(correlationId);
      return initProducerIdError(correlationId, apiVersion, ERROR_CODE.clusterAuthorizationFailed);
    },
  });
  return { requests, responses };
}
